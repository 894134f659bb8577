import {
  asyncScheduler,
  Observable,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
  take,
} from 'rxjs';
import type { CloseInfo } from '../../protocol/closing-handshake.js';
import { ConnectionClosedError } from '../../protocol/connection-closed-error.js';
import { LimitError, TimeoutError } from '../../protocol/errors.js';
import {
  type Checks,
  checkOptions,
  milliseconds,
  ofType,
  wholeNumber,
} from '../../protocol/option-checks.js';
import { EarlySubscriber } from '../early-subscriber.js';
import type { Link } from '../link.js';
import { type CallId, type CallProtocol, checkProtocol, type ReplyPart } from './call-protocol.js';
import { ReplyError } from './reply-error.js';

/** What {@link requester} is told. */
export interface RequesterOptions<Request, Reply, In, Out> {
  /** How requests and replies look: {@link envelopes}, {@link jsonRpc}, or one of your own. */
  readonly protocol: CallProtocol<Request, Reply, In, Out>;
  /** Milliseconds until the reply, and between many. `Infinity` waits for ever. Default 10,000. */
  readonly timeoutMs?: number;
  /** Requests that may wait for replies at one time. Default 1024. */
  readonly maxOutstanding?: number;
  /** Makes the ids. Default 1, 2, 3 and so on. */
  readonly id?: () => CallId;
  /** What time passes by. Default rxjs's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Asks over one link. */
export interface Requester<Request, Reply> {
  /**
   * Asks when subscribed, each time anew; emits what is answered and completes.
   *
   * Errors with a {@link ReplyError} if the answer is one, a TimeoutError, a ConnectionClosedError if the connection ends before, a
   * LimitError over `maxOutstanding`, and with what sending throws. Unsubscribing before the end, and a timeout, send the protocol's
   * message to cancel, if it has one.
   *
   * @param options.timeoutMs - Default the requester's.
   */
  request(request: Request, options?: { readonly timeoutMs?: number }): Observable<Reply>;
  /** Sends a request that wants no reply. Returns what `send` returns. */
  notify(request: Request): boolean;
  /** Requests that wait for replies. */
  readonly outstanding: number;
  /** Replies that came when nobody waited for them any more. They are dropped. */
  readonly late: number;
}

interface Call<Reply> {
  readonly id: CallId;
  readonly timeoutMs: number;
  readonly subscriber: Subscriber<Reply>;
  timer: Subscription | undefined;
  isSent: boolean;
  isOver: boolean;
}

const TIMEOUT_CHECKS: Checks = Object.freeze({ timeoutMs: milliseconds });
const CHECKS: Checks = Object.freeze({
  ...TIMEOUT_CHECKS,
  protocol: ofType('object'),
  maxOutstanding: wholeNumber(1),
  id: ofType('function'),
  scheduler: ofType('object', 'function'),
});
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_OUTSTANDING = 1024;
/** What the timers of the platform can do, some 24 days; a longer one would fire at once. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** How a link ended that does not say how. */
const UNKNOWN_END: CloseInfo = Object.freeze({
  code: 1006,
  reason: '',
  wasClean: false,
  initiator: 'transport',
});

/**
 * Asks over a link, and finds the reply to each request by its id.
 *
 *     request(a)  ^--------A|
 *     request(b)    ^---B|
 *     sent        --a-b-----
 *     messages$   ------B--A-
 *
 * It claims `messages$` while something is outstanding, and at no other time; other subscribers of it get every message too. What the peer
 * sends by itself meanwhile is for them: subscribe before you ask if you want it.
 *
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { openConnection } from 'rxwire';
 * import { json, jsonRpc, requester, typed } from 'rxwire/operators';
 *
 * const link = typed(await openConnection('ws://127.0.0.1:9000'), json());
 * const calls = requester(link, { protocol: jsonRpc<number>() });
 * calls.request({ method: 'add', params: [1, 2] }).subscribe(console.log);
 * // 3
 * ```
 */
export function requester<Request, Reply, In, Out>(
  link: Link<In, Out>,
  options: RequesterOptions<Request, Reply, NoInfer<In>, NoInfer<Out>>,
): Requester<Request, Reply> {
  checkOptions(options, CHECKS);
  checkProtocol(options.protocol);
  return new LinkRequester(link, options);
}

class LinkRequester<Request, Reply, In, Out> implements Requester<Request, Reply> {
  readonly #link: Link<In, Out>;
  readonly #protocol: CallProtocol<Request, Reply, In, Out>;
  readonly #timeoutMs: number;
  readonly #maxOutstanding: number;
  readonly #nextId: () => CallId;
  readonly #scheduler: SchedulerLike;
  readonly #calls = new Map<CallId, Call<Reply>>();
  /** The claim, while something is outstanding. */
  #replies: EarlySubscriber<In> | undefined;
  #lastId = 0;
  #late = 0;

  constructor(link: Link<In, Out>, options: RequesterOptions<Request, Reply, In, Out>) {
    this.#link = link;
    this.#protocol = options.protocol;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#maxOutstanding = options.maxOutstanding ?? DEFAULT_MAX_OUTSTANDING;
    this.#nextId = options.id ?? (() => ++this.#lastId);
    this.#scheduler = options.scheduler ?? asyncScheduler;
  }

  get outstanding(): number {
    return this.#calls.size;
  }

  get late(): number {
    return this.#late;
  }

  notify(request: Request): boolean {
    return this.#link.send(this.#protocol.writeRequest(undefined, request));
  }

  request(request: Request, options: { readonly timeoutMs?: number } = {}): Observable<Reply> {
    checkOptions(options, TIMEOUT_CHECKS);
    const { timeoutMs = this.#timeoutMs } = options;
    return new Observable((subscriber) => {
      const call = this.#enter(subscriber, timeoutMs);
      subscriber.add(() => {
        this.#leave(call);
      });
      const message = this.#protocol.writeRequest(call.id, request);
      this.#listen();
      if (subscriber.closed) return;
      this.#startTimer(call);
      this.#send(call, message);
    });
  }

  /** What it throws becomes the error of the request. */
  #enter(subscriber: Subscriber<Reply>, timeoutMs: number): Call<Reply> {
    const limit = this.#maxOutstanding;
    if (this.#calls.size >= limit) {
      const text = `${String(limit)} requests are outstanding, as many as maxOutstanding allows`;
      throw new LimitError(text, { option: 'maxOutstanding', limit, closeCode: 1008 });
    }
    const id = this.#nextId();
    if (this.#calls.has(id)) {
      throw new RangeError('option id gave an id that is outstanding, expected another');
    }
    const call = { id, timeoutMs, subscriber, timer: undefined, isSent: false, isOver: false };
    this.#calls.set(id, call);
    return call;
  }

  #send(call: Call<Reply>, message: Out): void {
    // Set before, since an answer may come from within.
    call.isSent = true;
    try {
      this.#link.send(message);
    } catch (thrown) {
      call.isSent = false;
      throw thrown;
    }
  }

  #leave(call: Call<Reply>): void {
    call.timer?.unsubscribe();
    this.#calls.delete(call.id);
    if (call.isSent && !call.isOver) this.#cancel(call.id);
    if (this.#calls.size > 0) return;
    this.#replies?.unsubscribe();
    this.#replies = undefined;
  }

  #cancel(id: CallId): void {
    if (this.#protocol.writeCancel === undefined) return;
    try {
      this.#link.send(this.#protocol.writeCancel(id));
    } catch {
      // The request is over for this side, and whoever made it has left: there is nobody to tell.
    }
  }

  #startTimer(call: Call<Reply>): void {
    const { timeoutMs, subscriber } = call;
    call.timer?.unsubscribe();
    if (timeoutMs > LONGEST_TIMER_MS) return;
    call.timer = this.#scheduler.schedule(() => {
      const text = `no reply came within ${String(timeoutMs)} ms`;
      subscriber.error(new TimeoutError(text, { option: 'timeoutMs', limitMs: timeoutMs }));
    }, timeoutMs);
  }

  #listen(): void {
    if (this.#replies !== undefined) return;
    this.#replies = new EarlySubscriber<In>({
      next: (message) => {
        this.#take(message);
      },
      error: (error) => {
        this.#fail(error);
      },
      complete: () => {
        this.#ended();
      },
    });
    this.#link.messages$.subscribe(this.#replies);
  }

  #take(message: In): void {
    let part: ReplyPart<Reply> | undefined;
    try {
      part = this.#protocol.readReply(message);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (part === undefined) return;
    const call = this.#calls.get(part.id);
    if (call === undefined) this.#late++;
    else this.#answer(call, part);
  }

  #answer(call: Call<Reply>, part: ReplyPart<Reply>): void {
    const { subscriber } = call;
    const goesOn = part.kind === 'value' && this.#protocol.many;
    call.isOver = !goesOn;
    if (goesOn) this.#startTimer(call);
    if (part.kind === 'value') subscriber.next(part.value);
    if (part.kind === 'error') subscriber.error(new ReplyError(part.error));
    else if (!goesOn) subscriber.complete();
  }

  /** No more messages come. How it ended may be known a little later. */
  #ended(): void {
    let isKnown = false;
    const fail = (info: CloseInfo): void => {
      isKnown = true;
      this.#fail(new ConnectionClosedError(info));
    };
    const { closed$ } = this.#link;
    if (closed$ === undefined) fail(UNKNOWN_END);
    else {
      closed$.pipe(take(1)).subscribe({
        next: fail,
        error: () => {
          fail(UNKNOWN_END);
        },
        complete: () => {
          if (!isKnown) fail(UNKNOWN_END);
        },
      });
    }
  }

  #fail(error: unknown): void {
    for (const call of [...this.#calls.values()]) {
      call.isOver = true;
      call.subscriber.error(error);
    }
  }
}
