import type { Duplex } from 'node:stream';
import { defer, Subscription, take, throwIfEmpty } from 'rxjs';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import { HandshakeError, TimeoutError } from '../protocol/errors.js';
import { allChallenges } from '../protocol/handshake/challenges.js';
import { basicAuthorization } from '../protocol/handshake/credentials.js';
import { checkHeaderValue, type HeaderFields } from '../protocol/handshake/header-fields.js';
import type { HeaderOptions } from '../protocol/handshake/header-options.js';
import { forAnotherOrigin, withoutSecrets } from './asking/another-origin.js';
import type { Authenticate, Challenge } from './asking/auth.js';
import { type Answer, chooseAnswer } from './asking/choose-answer.js';
import { keepCookies } from './asking/cookie-jar.js';
import { asOneValue } from './asking/given-headers.js';
import { withAdded } from './asking/header-source.js';
import { checkHeaders } from './asking/options.js';
import { originOf } from './asking/origin.js';
import { followRedirect, isRedirect, type Redirect } from './asking/redirect.js';
import { type Given, givenValues } from './given-value.js';
import { type HandshakeObserver, type RefusalHead, shakeHands } from './handshake.js';
import type { ResolvedClientOptions } from './options.js';
import { OneStream } from './one-stream.js';
import { reasonOf } from './reason-of.js';
import { httpUrlOf, type Target, urlOf } from './target.js';

/**
 * A client's opening handshake from the first request to the last: one attempt, and others where the server wants to be told who asks, or
 * sends it elsewhere. All of it has `handshakeTimeoutMs`.
 */
export class OpeningHandshake<Context> {
  #target: Target;
  #options: ResolvedClientOptions<Context>;
  readonly #observer: HandshakeObserver<Context>;
  readonly #socket: Duplex | OneStream | undefined;
  readonly #until: number;
  /** What ends it: the attempt, or the wait for a function of the user's. */
  readonly #current = new Subscription();
  /** The value of the Authorization header, and what it was made from. */
  #answer: Answer | undefined;
  #hasAsked = false;
  #answers = 0;
  #redirects = 0;
  /** Whether it has been sent to another server than the first. */
  #isAbroad = false;

  /** @param socket - What it is performed on. Default: the target is dialled. */
  constructor(
    target: Target,
    options: ResolvedClientOptions<Context>,
    observer: HandshakeObserver<Context>,
    socket: Duplex | undefined,
  ) {
    this.#target = target;
    this.#options = { ...options, origin: originOf(options.origin, target) };
    this.#observer = observer;
    this.#socket = socket;
    if (mayAskAgain(options) && (socket ?? options.dialing.socket) !== undefined) {
      const line = new OneStream();
      this.#socket = socket === undefined ? line : line.take(socket);
      this.#current.add(() => {
        line.destroy();
      });
    }
    this.#until = options.profile.clock.now() + options.handshakeTimeoutMs;
    this.#answer = this.#firstAnswer();
  }

  begin(): void {
    this.#prepare();
  }

  /** Ends it: nothing is called after that, and nothing is left. */
  abort(): void {
    this.#current.unsubscribe();
  }

  #firstAnswer(): Answer | undefined {
    const { credentials } = this.#target;
    const { auth } = this.#options.asking;
    const known = credentials ?? (typeof auth === 'object' && auth.scheme === 'basic' ? auth : undefined);
    return known && { authorization: basicAuthorization(known), nonce: undefined };
  }

  /** Asks the user's functions, where there are any, what to say. */
  #prepare(): void {
    const { headers, asking } = this.#options;
    const give = asking.headers;
    if (typeof give !== 'function') {
      this.#addCookies(headers);
      return;
    }
    this.#wait(
      'option headers',
      () => asOneValue(give(urlOf(this.#target))),
      (given) => {
        const beside = { ...asking, origin: this.#options.origin, auth: asking.auth ?? this.#answer };
        const named = checkHeaders(given, beside);
        this.#addCookies(this.#isAbroad ? withoutSecrets(named) : named);
      },
    );
  }

  #addCookies(headers: HeaderOptions): void {
    const { cookieJar, cookies } = this.#options.asking;
    if (cookieJar === undefined) {
      this.#attempt(headers, cookies);
      return;
    }
    this.#wait(
      'option cookieJar',
      () => Promise.resolve(cookieJar.get(httpUrlOf(this.#target))),
      (kept) => {
        checkHeaderValue('Cookie', kept ?? '');
        const both = [kept ?? '', cookies ?? ''].filter((each) => each !== '');
        this.#attempt(headers, both.length === 0 ? undefined : both.join('; '));
      },
    );
  }

  #attempt(headers: HeaderOptions, cookie: string | undefined): void {
    if (this.#current.closed) return;
    const observer = {
      onOpen: (connection: WebSocketConnection<Context>) => {
        void this.#keep(connection.response.headers);
        this.#observer.onOpen(connection);
      },
      onError: (error: Error) => {
        this.#fail(error);
      },
      onRefusal: (refusal: RefusalHead) => this.#kept(refusal),
    };
    try {
      const remainingMs = Math.max(0, this.#until - this.#options.profile.clock.now());
      this.#current.add(
        shakeHands(this.#target, this.#said(headers, cookie), observer, this.#socket, remainingMs),
      );
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** What the attempt says. */
  #said(headers: HeaderOptions, cookie: string | undefined): ResolvedClientOptions<Context> {
    const { userAgent } = this.#options.asking;
    const added = { userAgent, cookie, authorization: this.#answer?.authorization };
    return { ...this.#options, headers: withAdded(headers, added) };
  }

  /** Keeps its cookies, which are waited for where there is a next request. */
  #kept(refusal: RefusalHead): (() => void) | undefined {
    const kept = this.#keep(refusal.headers);
    const next = this.#next(refusal);
    if (next === undefined || kept === undefined) return next;
    return () => {
      this.#wait('option cookieJar', () => kept, next);
    };
  }

  #keep(headers: HeaderFields): Promise<void> | undefined {
    const { cookieJar } = this.#options.asking;
    // Without a jar nothing is looked up: a connection keeps its header fields, and an index of them would stay with it.
    if (cookieJar === undefined) return undefined;
    const lines = headers.all('set-cookie');
    if (lines.length === 0) return undefined;
    return keepCookies(cookieJar, httpUrlOf(this.#target), lines, (error) => {
      this.#options.profile.options.logger.warn?.('the cookie jar does not take a cookie', { error });
    });
  }

  /** What is to be done after a refusal; undefined when it is the end. */
  #next(refusal: RefusalHead): (() => void) | undefined {
    if (refusal.status === 401) return this.#authenticate(refusal);
    return isRedirect(refusal.status) ? this.#redirect(refusal) : undefined;
  }

  #redirect({ status, headers }: RefusalHead): (() => void) | undefined {
    const limit = this.#options.dialing.redirects;
    if (limit === 0) return undefined;
    const from = this.#target.shown;
    return () => {
      try {
        if (this.#redirects >= limit) throw new TypeError(`option redirects allows ${String(limit)}`);
        this.#redirects++;
        this.#goTo(followRedirect(this.#target, headers.all('location')));
      } catch (error) {
        const text = `${from} answered with status ${String(status)}, which is not followed: ${reasonOf(error)}`;
        this.#fail(new HandshakeError(text, { phase: 'http', status, headers: headers.toRecord() }));
      }
    };
  }

  /** What was said to one server is not said to another, nor to the first one when that sends us back. */
  #goTo({ target, isSameOrigin }: Redirect): void {
    this.#target = target;
    if (!isSameOrigin) {
      this.#isAbroad = true;
      this.#options = forAnotherOrigin(this.#options);
      this.#answer = undefined;
    } else if (this.#answer?.nonce !== undefined) {
      // An answer is for one request target.
      this.#answer = undefined;
      this.#answers = 0;
    }
    this.#prepare();
  }

  #authenticate(refusal: RefusalHead): (() => void) | undefined {
    const { auth } = this.#options.asking;
    if (auth === undefined) return undefined;
    const challenges = allChallenges(refusal.headers.all('www-authenticate'));
    if (typeof auth === 'function') {
      if (this.#hasAsked) return undefined;
      this.#hasAsked = true;
      return () => {
        this.#ask(auth, { url: urlOf(this.#target), challenges }, refusal);
      };
    }
    // After the answer to one nonce that was too old, the next is the last.
    if (this.#answers > 1) return undefined;
    const answer = chooseAnswer(
      challenges,
      auth,
      { method: refusal.method, target: this.#target.target },
      this.#answer,
    );
    if (answer === undefined) return undefined;
    this.#answers++;
    return () => {
      this.#answer = answer;
      this.#prepare();
    };
  }

  #ask(auth: Authenticate, challenge: Challenge, { status, headers }: RefusalHead): void {
    this.#wait(
      'option auth',
      () => auth(challenge),
      (authorization) => {
        if (authorization === undefined) {
          const text = `${this.#target.shown} answered with status 401, and option auth gave no answer to it`;
          this.#fail(new HandshakeError(text, { phase: 'http', status, headers: headers.toRecord() }));
          return;
        }
        checkHeaderValue('Authorization', authorization);
        this.#answer = { authorization, nonce: undefined };
        this.#prepare();
      },
    );
  }

  /** Waits for the first value of a function of the user's. What it throws, or gives wrongly, is the end of this handshake only. */
  #wait<T>(what: string, give: () => Given<T>, then: (value: T) => void): void {
    const { clock } = this.#options.profile;
    const wrong = (error: unknown): void => {
      const text = `cannot ask ${this.#target.shown}: ${what} failed: ${reasonOf(error)}`;
      this.#fail(new HandshakeError(text, { phase: 'http', cause: error }));
    };
    const onLate = (): void => {
      this.#fail(this.#late(what));
    };
    const late = clock.after(Math.max(0, this.#until - clock.now()), onLate, !this.#options.unref);
    const waiting = new Subscription(late);
    this.#current.add(waiting);
    const given = defer(() => givenValues(give())).pipe(
      take(1),
      throwIfEmpty(() => new Error('it gave no value')),
    );
    const observer = {
      next: (value: T) => {
        late();
        try {
          then(value);
        } catch (error) {
          wrong(error);
        }
      },
      error: wrong,
    };
    waiting.add(given.subscribe(observer));
  }

  #late(what: string): Error {
    const limitMs = this.#options.handshakeTimeoutMs;
    const text = `${what} gave nothing for ${this.#target.shown} within the ${String(limitMs)} ms of the opening handshake`;
    const cause = new TimeoutError(text, { option: 'handshakeTimeoutMs', limitMs });
    return new HandshakeError(text, { phase: 'http', cause, code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
  }

  #fail(error: Error): void {
    if (this.#current.closed) return;
    this.#current.unsubscribe();
    this.#observer.onError(error);
  }
}

/** Whether a 401 is answered, other than by what was said at once. */
function mayAskAgain({ asking: { auth } }: ResolvedClientOptions<unknown>): boolean {
  return auth !== undefined && (typeof auth === 'function' || auth.scheme !== 'basic');
}
