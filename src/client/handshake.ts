import http from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketConnection } from '../connection/web-socket-connection.js';
import {
  HandshakeError,
  type HandshakePhase,
  ProxyError,
  TimeoutError,
  WebSocketError,
} from '../protocol/errors.js';
import { bindExtensions } from '../protocol/extensions/bound.js';
import { offerElements } from '../protocol/extensions/negotiate-client.js';
import { newKey } from '../protocol/handshake/accept-key.js';
import { HeaderFields } from '../protocol/handshake/header-fields.js';
import { requestHeaders } from '../protocol/handshake/request.js';
import { type AcceptedResponse, judgeResponse } from '../protocol/handshake/response.js';
import { SocketTransport } from '../transport/socket-transport.js';
import { Dialing } from './dialing.js';
import type { ResolvedClientOptions } from './options.js';
import { reasonOf } from './reason-of.js';
import { readBody } from './response-body.js';
import type { Target } from './target.js';

/** What came of an opening handshake. Exactly one of the two is called, once, unless it is aborted. */
export interface HandshakeObserver<Context> {
  onOpen(connection: WebSocketConnection<Context>): void;
  onError(error: Error): void;
}

/** The head of an answer that opens nothing. */
export interface Refusal {
  readonly status: number;
  readonly headers: HeaderFields;
}

/** What came of one attempt at it. */
export interface AttemptObserver<Context> extends HandshakeObserver<Context> {
  /**
   * Asked before the body of a refusal is read.
   *
   * @returns what is done in place of `onError`, when nothing of the attempt is left.
   */
  onRefusal(refusal: Refusal): (() => void) | undefined;
}

/** Octets of a response head. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Node drops those over 2000 unseen, which must not decide what is accepted. */
const MAX_HEADERS = 128;

/**
 * Performs a client's opening handshake: one request. RFC 6455 section 4.1. The connection it gives reads nothing before `start`.
 *
 * @param socket - What it is performed on. Default: the target is dialled.
 * @param remainingMs - What is left of `handshakeTimeoutMs`.
 * @returns aborts it: nothing is called after that, and nothing is left.
 */
export function shakeHands<Context>(
  target: Target,
  options: ResolvedClientOptions<Context>,
  observer: AttemptObserver<Context>,
  socket: Duplex | undefined,
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
  readonly #key: string = newKey();
  readonly #headers: [string, string][];
  #settled = false;
  /** Undefined on a stream that is given. */
  readonly #dialing: Dialing | undefined;
  #request: http.ClientRequest | undefined;
  /** Takes what has come of a refusal's body for all of it. */
  #endBody: (() => void) | undefined;
  #cancelTimeout: () => void = () => undefined;

  constructor(
    target: Target,
    options: ResolvedClientOptions<Context>,
    observer: AttemptObserver<Context>,
    socket: Duplex | undefined,
  ) {
    this.#target = target;
    this.#options = options;
    this.#observer = observer;
    this.#socket = socket;
    this.#headers = requestHeaders({
      host: options.hostHeader ?? target.host,
      key: this.#key,
      version: options.version,
      subprotocols: options.subprotocols,
      extensions: offerElements(options.profile.options.extensions),
      origin: options.origin,
      headers: options.headers,
    });
    if (socket !== undefined) return;
    this.#dialing = new Dialing(target, options.dialing, options.profile.clock, {
      onStream: (stream) => {
        this.#ask(stream);
      },
      onError: (error) => {
        this.#fail(error);
      },
    });
  }

  begin(remainingMs: number): void {
    this.#cancelTimeout = this.#options.profile.clock.after(remainingMs, () => {
      this.#timeOut();
    });
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

  /** Asks over a stream, and takes care of its errors until Node does. */
  #ask(stream: Duplex): void {
    const lost = (error?: Error): void => {
      this.#fail(this.#describe(error ?? new Error('the stream was closed')));
    };
    stream.on('error', lost).on('close', lost);
    const request = http.request({
      method: 'GET',
      path: this.#target.target,
      headers: this.#headers.flat(),
      setHost: false,
      maxHeaderSize: MAX_HEAD_BYTES,
      createConnection: () => stream,
    });
    request.once('socket', () => {
      stream.off('error', lost).off('close', lost);
    });
    this.#request = request;
    request.on('upgrade', (response, socket, head) => {
      this.#upgraded(response, socket, head);
    });
    request.on('response', (response) => {
      this.#refused(response);
    });
    request.on('error', (error) => {
      this.#fail(this.#describe(error));
    });
    request.end();
  }

  abort(): void {
    if (!this.#settle()) return;
    this.#dialing?.abort();
    this.#request?.destroy();
  }

  #upgraded(response: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#settled) {
      socket.destroy();
      return;
    }
    const headers = new HeaderFields(response.rawHeaders);
    const status = response.statusCode ?? 0;
    try {
      if (headers.size > MAX_HEADERS) {
        const text = `the answer has ${String(headers.size)} header fields, expected at most ${String(MAX_HEADERS)}`;
        throw new HandshakeError(text, { phase: 'http', status });
      }
      const agreed = judgeResponse(
        { status, httpVersion: response.httpVersion, headers },
        {
          key: this.#key,
          subprotocols: this.#options.subprotocols,
          requireSubprotocol: this.#options.requireSubprotocol,
          extensions: this.#options.profile.options.extensions,
        },
      );
      this.#open(socket, head, { status, headers }, agreed);
    } catch (error) {
      socket.on('error', () => undefined);
      socket.destroy();
      this.#fail(error as Error);
    }
  }

  #open(
    socket: Duplex,
    head: Uint8Array,
    response: { readonly status: number; readonly headers: HeaderFields },
    { subprotocol, extensions }: AcceptedResponse,
  ): void {
    const connection = new WebSocketConnection<Context>({
      transport: new SocketTransport(socket, head),
      handshake: {
        request: { method: 'GET', target: this.#target.target, headers: HeaderFields.from(this.#headers) },
        response,
        subprotocol,
        extensions: extensions.map(({ name }) => name),
      },
      extensions: bindExtensions(extensions),
      profile: this.#options.profile,
      context: this.#options.context,
    });
    if (this.#options.unref && socket instanceof Socket) socket.unref();
    if (this.#settle()) this.#observer.onOpen(connection);
  }

  /** The server answered with something else: what it says is part of the error. */
  #refused(response: http.IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const fields = new HeaderFields(response.rawHeaders);
    const next = this.#settled ? undefined : this.#observer.onRefusal({ status, headers: fields });
    if (next !== undefined) {
      this.abort();
      next();
      return;
    }
    this.#endBody = readBody(response, (body) => {
      const headers = fields.toRecord();
      this.#request?.destroy();
      this.#fail(
        new HandshakeError(
          `${this.#target.shown} answered with status ${String(status)}, expected 101 Switching Protocols`,
          { phase: 'http', status, headers, body },
        ),
      );
    });
  }

  #timeOut(): void {
    if (this.#endBody !== undefined) {
      this.#endBody();
      return;
    }
    const limitMs = this.#options.handshakeTimeoutMs;
    const text = `${this.#target.shown} did not complete the opening handshake within ${String(limitMs)} ms`;
    const cause = new TimeoutError(text, { option: 'handshakeTimeoutMs', limitMs });
    const phase = this.#phase;
    const details = { cause, code: 'RXWIRE_HANDSHAKE_TIMEOUT' } as const;
    this.#fail(
      phase === 'proxy' ? new ProxyError(text, details) : new HandshakeError(text, { ...details, phase }),
    );
    this.#dialing?.abort();
    this.#request?.destroy();
  }

  #describe(error: Error): Error {
    if (error instanceof WebSocketError) return error;
    return new HandshakeError(`cannot connect to ${this.#target.shown}: ${reasonOf(error)}`, {
      // A server of TLS 1.3 refuses a certificate when this side is done with TLS already.
      phase: isOfTls(error) ? 'tls' : this.#phase,
      cause: error,
    });
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

/** What OpenSSL says has its name in front. */
function isOfTls(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('ERR_SSL_') === true;
}
