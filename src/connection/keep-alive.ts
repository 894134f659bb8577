import { randomBytes } from 'node:crypto';
import { TimeoutError } from '../protocol/errors.js';
import type { Cancel, Clock } from './clock.js';
import { Wheel, type WheelMember, type WheelPlace } from './wheel.js';

/** How a connection finds out that its peer has gone without a word. */
export interface KeepAliveOptions {
  /** Milliseconds between Pings; a Ping that is still to be answered is waited for. Default 20 000. */
  readonly intervalMs?: number;
  /** Milliseconds for an answer; then the connection is lost. Default 20 000; `Infinity` only pings. */
  readonly timeoutMs?: number;
  /** Octets of a Ping's payload, 4 to 125. Default 12. */
  readonly payloadBytes?: number;
  /** Whether any octet from the peer is an answer, or only the Pong. Default true. */
  readonly anyTraffic?: boolean;
}

/** {@link KeepAliveOptions} with everything decided. */
export type ResolvedKeepAlive = Required<KeepAliveOptions>;

export const DEFAULT_KEEP_ALIVE: ResolvedKeepAlive = Object.freeze({
  intervalMs: 20_000,
  timeoutMs: 20_000,
  payloadBytes: 12,
  anyTraffic: true,
});

/** What keep-alive asks of its connection. */
export interface KeepAliveOwner {
  readonly clock: Clock;
  readonly keepAliveOptions: ResolvedKeepAlive;
  /** Whether this side does not read, so that silence says nothing about the peer. */
  readonly holding: boolean;
  /** Whether an octet has come since this was last asked. */
  takeTraffic(): boolean;
  /** Sends a Ping; `onPong` is called when it is acknowledged. Returns what forgets it, if one was sent. */
  sendPing(payload: Uint8Array, onPong: () => void): Cancel | undefined;
  onSilence(error: TimeoutError): void;
  nextTurn(task: () => void): void;
}

/** A Ping, and what has become of it. */
interface SentPing {
  /** Whether the peer still has time to answer. */
  waiting: boolean;
  answered: boolean;
  /** Whether it has had its whole `timeoutMs`, and not only the interval. */
  late: boolean;
  /** Stops waiting for its Pong. */
  forget: Cancel | undefined;
}

/**
 * Pings the peer and tells when nothing comes back. RFC 6455 section 5.5.2.
 *
 * A Ping is looked at again after the interval or its timeout, whichever is shorter: one that was answered is followed by the next after the
 * interval, one that was not has its whole time.
 *
 * While this side holds the socket back it sends nothing and blames nobody. When the process itself was stopped or
 * asleep, the peer gets a new Ping and the full time to answer it.
 */
export class KeepAlive implements WheelMember {
  readonly #owner: KeepAliveOwner;
  #place: WheelPlace | undefined;
  /** The last Ping that was sent. */
  #ping: SentPing | undefined;
  #dueAt = 0;
  #stopped = false;

  constructor(owner: KeepAliveOwner) {
    this.#owner = owner;
    this.#plan(owner.keepAliveOptions.intervalMs);
  }

  stop(): void {
    this.#stopped = true;
    Wheel.of(this.#owner.clock).remove(this, this.#place);
    this.#place = undefined;
  }

  wake(sleptMs: number): void {
    if (this.#stopped) return;
    if (this.#ping?.waiting === true) {
      // Timers run before the socket is read: an answer may lie there already.
      this.#owner.nextTurn(() => {
        this.#judge(sleptMs);
      });
    } else {
      this.#sendPing();
    }
  }

  #plan(delayMs: number): void {
    const { clock } = this.#owner;
    // A whole number, which needs no memory of its own: there is one for each idle connection.
    this.#dueAt = Math.trunc(clock.now() + delayMs);
    this.#place = Wheel.of(clock).add(this, delayMs);
  }

  #sendPing(): void {
    const { timeoutMs, intervalMs, payloadBytes } = this.#owner.keepAliveOptions;
    if (this.#owner.holding) {
      this.#plan(intervalMs);
      return;
    }
    this.#owner.takeTraffic();
    // A peer that sends and never answers must not make this side keep every Ping.
    this.#ping?.forget?.();
    const ping: SentPing = {
      waiting: timeoutMs !== Infinity,
      answered: false,
      late: timeoutMs <= intervalMs,
      forget: undefined,
    };
    this.#ping = ping;
    ping.forget = this.#owner.sendPing(randomBytes(payloadBytes), () => {
      ping.answered = true;
      ping.forget = undefined;
    });
    this.#plan(Math.min(intervalMs, timeoutMs));
  }

  #judge(sleptMs: number): void {
    const ping = this.#ping;
    if (this.#stopped || ping === undefined) return;
    const { timeoutMs, intervalMs, anyTraffic } = this.#owner.keepAliveOptions;
    if (ping.answered || (anyTraffic && this.#owner.takeTraffic())) {
      ping.waiting = false;
      if (ping.answered) this.#ping = undefined;
      if (timeoutMs < intervalMs) this.#plan(intervalMs - timeoutMs);
      else this.#sendPing();
    } else if (this.#owner.holding || this.#overslept(sleptMs)) {
      ping.waiting = false;
      this.#sendPing();
    } else if (!ping.late) {
      ping.late = true;
      this.#plan(timeoutMs - intervalMs);
    } else {
      this.#owner.onSilence(
        new TimeoutError(`peer did not answer a Ping within ${String(timeoutMs)} ms`, {
          option: 'keepAlive.timeoutMs',
          limitMs: timeoutMs,
        }),
      );
    }
  }

  /** Whether the wheel came much too late: then it was this process that was away. */
  #overslept(sleptMs: number): boolean {
    const lateMs = this.#owner.clock.now() + sleptMs - this.#dueAt;
    return lateMs > Math.max(1000, this.#owner.keepAliveOptions.timeoutMs / 4);
  }
}
