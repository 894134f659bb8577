import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HandshakeRequest } from '../connection/handshake-facts.js';
import { WebSocketConnection } from '../connection/web-socket-connection.js';
import { HandshakeError, type HandshakePhase } from '../protocol/errors.js';
import { bindExtensions } from '../protocol/extensions/bound.js';
import { offerElements } from '../protocol/extensions/negotiate-client.js';
import { newKey } from '../protocol/handshake/accept-key.js';
import { requestHeaders } from '../protocol/handshake/request.js';
import type { Accepted } from './accepted.js';
import { type Asking, askOverHttp1, type Question, type QuestionObserver } from './ask-over-http1.js';
import type { ResolvedDialOptions } from './dial-options.js';
import { Dialing } from './dialing.js';
import { lostOnTheWay, notAccepted, tooLate } from './handshake-failure.js';
import { askOverHttp2 } from './http2/ask-over-http2.js';
import { isForHttp2 } from './http2/choice.js';
import { withoutHttp2 } from './http2/without-http2.js';
import type { ResolvedClientOptions } from './options.js';
import { leavesStream, OneStream } from './one-stream.js';
import { readBody, type Refusal } from './response-body.js';
import type { Target } from './target.js';

/** What came of an opening handshake. Exactly one of the two is called, once, unless it is aborted. */
export interface HandshakeObserver<Context> {
  onOpen(connection: WebSocketConnection<Context>): void;
  onError(error: Error): void;
}

/** The head of an answer that opens nothing. */
export interface RefusalHead extends Pick<Refusal, 'status' | 'headers'> {
  /** What was asked with. */
  readonly method: HandshakeRequest['method'];
}

/** What came of one attempt at it. */
export interface AttemptObserver<Context> extends HandshakeObserver<Context> {
  /**
   * Asked before the body of a refusal is read.
   *
   * @returns what is done in place of `onError`, when nothing of the attempt is left.
   */
  onRefusal(refusal: RefusalHead): (() => void) | undefined;
}

/**
 * Performs a client's opening handshake: one request. RFC 6455 section 4.1. The connection it gives reads nothing before `start`.
 *
 * @param socket - What it is performed on; a {@link OneStream} that has none yet gets the one that is dialled. Default: the target is dialled.
 * @param remainingMs - What is left of `handshakeTimeoutMs`.
 * @returns aborts it: nothing is called after that, and nothing is left.
 */
export function shakeHands<Context>(
  target: Target,
  options: ResolvedClientOptions<Context>,
  observer: AttemptObserver<Context>,
  socket: Duplex | OneStream | undefined,
  remainingMs: number,
): () => void {
  const attempt = new Attempt(target, options, observer, socket);
  attempt.begin(remainingMs);
  return () => {
    attempt.abort();
  };
}

class Attempt<Context> {
  readonly #target: Target;
  readonly #options: ResolvedClientOptions<Context>;
  readonly #observer: AttemptObserver<Context>;
  readonly #socket: Duplex | undefined;
  /** Set where there is one stream, and it may be asked on again. */
  readonly #line: OneStream | undefined;
  readonly #key: string = newKey();
  readonly #headers: [string, string][];
  #settled = false;
  /** Undefined on a stream that is given. */
  #dialing: Dialing | undefined;
  /** What it is asked with, once there is a stream. */
  #method: HandshakeRequest['method'] = 'GET';
  #asking: Pick<Asking, 'abort'> | undefined;
  /** Takes what has come of a refusal's body for all of it. */
  #endBody: (() => void) | undefined;
  #cancelTimeout: () => void = () => undefined;

  constructor(
    target: Target,
    options: ResolvedClientOptions<Context>,
    observer: AttemptObserver<Context>,
    socket: Duplex | OneStream | undefined,
  ) {
    this.#target = target;
    this.#options = options;
    this.#observer = observer;
    this.#line = socket instanceof OneStream ? socket : undefined;
    this.#socket = socket instanceof OneStream ? socket.stream : socket;
    this.#headers = requestHeaders({
      host: options.hostHeader ?? target.host,
      key: this.#key,
      version: options.version,
      subprotocols: options.subprotocols,
      extensions: offerElements(options.profile.options.extensions),
      origin: options.origin,
      headers: options.headers,
    });
    if (this.#socket === undefined) this.#dialing = this.#dialed(options.dialing);
  }

  #dialed(dialing: ResolvedDialOptions): Dialing {
    return new Dialing(this.#target, dialing, this.#options.profile.clock, {
      onStream: (stream) => {
        this.#askAs(stream, dialing);
      },
      onError: (error) => {
        this.#fail(error);
      },
    });
  }

  begin(remainingMs: number): void {
    const late = (): void => {
      this.#timeOut();
    };
    // There may be no socket yet that keeps the process: functions of the user's are waited for.
    this.#cancelTimeout = this.#options.profile.clock.after(remainingMs, late, !this.#options.unref);
    const socket = this.#socket;
    if (socket instanceof Socket) socket.setNoDelay(this.#options.dialing.noDelay);
    if (socket !== undefined) this.#ask(socket);
    else this.#dialing?.start();
  }

  /** How far it has come. A stream that is given may be on its way still. */
  get #phase(): HandshakePhase {
    if (this.#dialing !== undefined) return this.#dialing.phase;
    return this.#socket instanceof Socket && this.#socket.connecting ? 'tcp' : 'http';
  }

  /** Asks in the version of HTTP that was negotiated. */
  #askAs(stream: Duplex, dialing: ResolvedDialOptions): void {
    try {
      if (isForHttp2(stream, dialing.http2, this.#target.shown)) this.#askOverHttp2(stream, dialing);
      else this.#ask(stream);
    } catch (error) {
      stream.on('error', () => undefined);
      stream.destroy();
      this.#fail(error as Error);
    }
  }

  #ask(stream: Duplex): void {
    this.#method = 'GET';
    this.#asking = askOverHttp1(
      stream,
      { ...this.#question, key: this.#key, line: this.#line },
      this.#outcome,
    );
  }

  #askOverHttp2(stream: Duplex, dialing: ResolvedDialOptions): void {
    const { profile } = this.#options;
    const grace = { clock: profile.clock, graceMs: profile.options.dropTimeoutMs };
    this.#method = 'CONNECT';
    this.#asking = askOverHttp2(
      stream,
      { ...this.#question, grace },
      {
        ...this.#outcome,
        onUnwilling: (reason) => {
          this.#fallBack(dialing, reason);
        },
      },
    );
  }

  get #question(): Omit<Question, 'key' | 'line'> {
    const { subprotocols, requireSubprotocol, profile, unref } = this.#options;
    const offered = { subprotocols, requireSubprotocol, extensions: profile.options.extensions };
    return { target: this.#target, headers: this.#headers, offered, unref };
  }

  get #outcome(): QuestionObserver {
    return {
      onAccepted: (accepted) => {
        this.#open(accepted);
      },
      onRefused: (refusal) => {
        this.#refused(refusal);
      },
      onError: (error) => {
        this.#fail(this.#describe(error));
      },
    };
  }

  /** Dials once more, for HTTP/1.1: the server opens no WebSockets over HTTP/2. */
  #fallBack(dialing: ResolvedDialOptions, reason: string): void {
    const fallback = withoutHttp2(dialing);
    if (fallback === undefined) {
      const text = `${this.#target.shown} opens no WebSockets over HTTP/2: ${reason}`;
      this.#fail(new HandshakeError(text, { phase: 'http' }));
      return;
    }
    this.#asking = undefined;
    this.#dialing = this.#dialed(fallback);
    this.#dialing.start();
  }

  abort(): void {
    if (!this.#settle()) return;
    this.#dialing?.abort();
    this.#asking?.abort();
  }

  #open({ transport, request, response, agreed: { subprotocol, extensions } }: Accepted): void {
    const connection = new WebSocketConnection<Context>({
      transport,
      handshake: {
        request: { ...request, target: this.#target.target },
        response,
        subprotocol,
        extensions: extensions.map(({ name }) => name),
      },
      extensions: bindExtensions(extensions),
      profile: this.#options.profile,
      context: this.#options.context,
    });
    if (this.#settle()) this.#observer.onOpen(connection);
  }

  /** The server answered with something else: what it says is part of the error. */
  #refused(refusal: Refusal): void {
    const method = this.#method;
    const next = this.#settled ? undefined : this.#observer.onRefusal({ ...refusal, method });
    if (next === undefined) this.#giveUp(refusal);
    else if (this.#line !== undefined) this.#goOn(this.#line, next, refusal);
    else {
      this.abort();
      next();
    }
  }

  /** Reads the answer to its end, so that the next one follows it on the same stream. */
  #goOn(line: OneStream, next: () => void, refusal: Refusal): void {
    const { status, body } = refusal;
    if (!leavesStream(body)) {
      this.#giveUp(refusal);
      return;
    }
    this.#giveUp(refusal, () => {
      if (!body.complete) return false;
      line.whenFree(
        () => {
          if (this.#settle()) next();
        },
        () => {
          this.#fail(this.#describe(new Error(`the stream was closed behind the status ${String(status)}`)));
        },
      );
      return true;
    });
  }

  /** @param goesOn - Asked when the body has been read: whether it is no end. */
  #giveUp(refusal: Refusal, goesOn?: () => boolean): void {
    this.#endBody = readBody(refusal.body, (octets) => {
      if (goesOn?.() === true) return;
      this.#asking?.abort();
      this.#fail(notAccepted(this.#target.shown, refusal, octets, this.#method === 'CONNECT'));
    });
  }

  #timeOut(): void {
    this.#endBody?.();
    if (this.#settled) return;
    this.#fail(tooLate(this.#target.shown, this.#options.handshakeTimeoutMs, this.#phase));
    this.#dialing?.abort();
    this.#asking?.abort();
  }

  #describe(error: Error): Error {
    return lostOnTheWay(this.#target.shown, error, this.#phase);
  }

  #fail(error: Error): void {
    if (this.#settle()) this.#observer.onError(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#cancelTimeout();
    return true;
  }
}
