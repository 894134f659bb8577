import type { Subject } from 'rxjs';
import { type Observable, type Subscriber } from 'rxjs';
import { type Cancel, type Clock, clockOf } from '../../connection/clock.js';
import type { Connection } from '../../connection/connection.js';
import { onAbort } from '../../connection/on-abort.js';
import { EarlySubscriber } from '../../operators/early-subscriber.js';
import type { CloseInfo } from '../../protocol/closing-handshake.js';
import { ConnectionClosedError } from '../../protocol/connection-closed-error.js';
import { HandshakeError, WebSocketError } from '../../protocol/errors.js';
import { signalOf } from '../signal-of.js';
import { asError } from './as-error.js';
import type { LinkStatus } from './link-status.js';
import type { ResolvedReconnect } from './options.js';
import { retryAfterMs } from './retry-after.js';
import { Uptime } from './uptime.js';
import { type Verdict, verdictOnClose, verdictOnError } from './verdict.js';
import { MAX_WAIT_MS, wait } from './wait.js';

/** How an attempt came to its end: with an error, or without one behind a connection. */
type End = { readonly error: unknown } | { readonly info: CloseInfo };

/** One subscription of `reconnect`: a dial, or an open connection, or a wait; never two of them. */
export class Reconnection<Context> {
  readonly #source: Observable<Connection<Context>>;
  readonly #subscriber: Subscriber<Connection<Context>>;
  readonly #options: ResolvedReconnect;
  readonly #clock: Clock;
  readonly #status$: Subject<LinkStatus>;
  #attempt = 1;
  #dial: EarlySubscriber<Connection<Context>> | undefined;
  #connection: Connection<Context> | undefined;
  #uptime: Uptime | undefined;
  /** Why it waits, while it does. */
  #cause: Error | undefined;
  #cancelWait: Cancel | undefined;
  /** Until when the server wants to be left alone. */
  #notBefore = -Infinity;
  #online = true;
  #isOver = false;

  constructor(
    source: Observable<Connection<Context>>,
    subscriber: Subscriber<Connection<Context>>,
    options: ResolvedReconnect,
    status$: Subject<LinkStatus>,
  ) {
    this.#source = source;
    this.#subscriber = subscriber;
    this.#options = options;
    this.#clock = clockOf(options.scheduler);
    this.#status$ = status$;
  }

  begin(): void {
    this.#subscriber.add(() => {
      this.#leave({ state: 'closed' });
    });
    for (const signal of [this.#options.signal, signalOf(this.#source)]) {
      const leave = onAbort(signal, (reason) => {
        this.#fail(reason);
      });
      this.#subscriber.add(leave);
    }
    this.#watchNetwork();
    if (this.#isOver) return;
    if (this.#online) this.#connect();
    else {
      this.#wait(new WebSocketError('RXWIRE_OFFLINE', 'the option online says that there is no network'), 0);
    }
  }

  #watchNetwork(): void {
    const network = new EarlySubscriber<boolean>({
      next: (online) => {
        this.#onNetwork(online);
      },
      error: (error) => {
        this.#fail(error);
      },
      complete: () => {
        this.#onNetwork(true);
      },
    });
    this.#subscriber.add(network);
    this.#options.online?.subscribe(network);
  }

  #onNetwork(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    const cause = this.#cause;
    if (cause === undefined) return;
    this.#wait(cause, Math.max(0, this.#notBefore - this.#clock.now()));
  }

  #connect(): void {
    this.#cause = undefined;
    this.#tell({ state: 'connecting', attempt: this.#attempt });
    // Who is told may have had enough.
    if (this.#isOver) return;
    this.#dial = new EarlySubscriber<Connection<Context>>({
      next: (connection) => {
        this.#open(connection);
      },
      error: (error) => {
        this.#ended({ error });
      },
      complete: () => {
        this.#completed();
      },
    });
    this.#source.subscribe(this.#dial);
  }

  #open(connection: Connection<Context>): void {
    this.#uptime?.stop();
    this.#connection = connection;
    this.#uptime = new Uptime(connection, this.#clock);
    this.#tell({ state: 'open' });
    this.#subscriber.next(connection);
  }

  #completed(): void {
    let info: CloseInfo | undefined;
    // It is replayed, unless the source ended before its connection has.
    this.#connection?.closed$.subscribe((value) => (info = value)).unsubscribe();
    if (info === undefined) this.#complete();
    else this.#ended({ info });
  }

  #ended(end: End): void {
    const isStable = this.#uptime !== undefined && this.#uptime.stop() >= this.#options.resetAfterMs;
    this.#uptime = undefined;
    this.#connection = undefined;
    const next = isStable ? 1 : this.#attempt + 1;
    let delayMs: number;
    try {
      const verdict = this.#judge(end);
      if (verdict === 'stop') {
        this.#stop(end);
        return;
      }
      if (next > this.#options.maxAttempts) {
        this.#fail(causeOf(end));
        return;
      }
      delayMs = this.#delay(verdict, end, next);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    // What was asked may have had enough.
    if (this.#isOver) return;
    this.#attempt = next;
    this.#wait(causeOf(end), delayMs);
  }

  #judge(end: End): Verdict {
    const info = infoOf(end);
    const ended = info ?? ((end as { error: unknown }).error as Error);
    const verdict = this.#options.classify?.(ended);
    if (verdict !== undefined) return checkVerdict(verdict);
    if (info === undefined) return verdictOnError(ended);
    // An end without an error was asked for, or is an ordinary one: only that without a code may be a restart.
    if ('info' in end && info.code !== 1005) return 'stop';
    return verdictOnClose(info);
  }

  #delay(verdict: Exclude<Verdict, 'stop'>, end: End, attempt: number): number {
    this.#notBefore = -Infinity;
    if (verdict !== 'retry') return verdict;
    const delay = checkDelay(this.#options.delays(attempt), 'delays');
    const error = 'error' in end ? end.error : undefined;
    if (!(error instanceof HandshakeError)) return delay;
    const { scheduler, maxRetryAfterMs } = this.#options;
    const asked = retryAfterMs(error.headers, scheduler?.now() ?? Date.now());
    const obeyed = Math.min(asked, maxRetryAfterMs);
    if (obeyed > 0) this.#notBefore = this.#clock.now() + obeyed;
    // The delay comes on top: those who were all told the same shall not all come at the same time.
    return obeyed + delay;
  }

  /** Waits for the time or the network, in place of a wait that there is. */
  #wait(cause: Error, ms: number): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#cause = cause;
    const delayMs = this.#online ? Math.min(ms, MAX_WAIT_MS) : Infinity;
    if (this.#online) {
      this.#cancelWait = wait(delayMs, this.#options, () => {
        this.#cancelWait = undefined;
        this.#connect();
      });
    }
    this.#tell({ state: 'waiting', attempt: this.#attempt, delayMs, cause });
  }

  #stop(end: End): void {
    if ('info' in end) this.#complete();
    else this.#fail(end.error);
  }

  #complete(): void {
    this.#leave({ state: 'closed' });
    this.#subscriber.complete();
  }

  #fail(error: unknown): void {
    this.#leave({ state: 'closed', cause: asError(error) });
    this.#subscriber.error(error);
  }

  /** Ends everything, and tells of it once. */
  #leave(status: LinkStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelWait?.();
    this.#uptime?.stop();
    this.#dial?.unsubscribe();
    this.#dial = undefined;
    this.#connection = undefined;
    this.#status$.next(status);
    this.#status$.complete();
  }

  #tell(status: LinkStatus): void {
    if (!this.#isOver) this.#status$.next(status);
  }
}

function infoOf(end: End): CloseInfo | undefined {
  if ('info' in end) return end.info;
  return end.error instanceof ConnectionClosedError ? end.error.info : undefined;
}

function causeOf(end: End): Error {
  return 'info' in end ? new ConnectionClosedError(end.info) : asError(end.error);
}

function checkVerdict(verdict: Verdict): Verdict {
  if (verdict === 'retry' || verdict === 'stop') return verdict;
  return checkDelay(verdict, 'classify');
}

/** @throws TypeError or RangeError for what cannot be waited for. */
function checkDelay(ms: number, option: string): number {
  const ask = option === 'classify' ? "'retry', 'stop' or a finite number" : 'a finite number';
  const text = `option ${option} gave ${String(ms)}, expected ${ask} of milliseconds of at least 0`;
  if (typeof ms !== 'number') throw new TypeError(text);
  if (!(ms >= 0 && ms < Infinity)) throw new RangeError(text);
  return ms;
}
