import { randomBytes } from 'node:crypto';
import { TimeoutError } from '../protocol/errors.js';
import type { Cancel, Clock } from './clock.js';
import { Wheel, type WheelMember, type WheelPlace } from './wheel.js';

/** How a connection finds out that its peer has gone without a word. */
export interface KeepAliveOptions {
  /** Milliseconds between Pings. Default 20 000. */
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

/**
 * Pings the peer and tells when nothing comes back. RFC 6455 section 5.5.2.
 *
 * While this side holds the socket back it sends nothing and blames nobody. When the process itself was stopped or
 * asleep, the peer gets a new Ping and the full time to answer it.
 */
export class KeepAlive implements WheelMember {
  readonly #owner: KeepAliveOwner;
  #place: WheelPlace | undefined;
  #forget: Cancel | undefined;
  #waiting = false;
  #answered = false;
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
    if (this.#waiting) {
      // Timers run before the socket is read: an answer may lie there already.
      this.#owner.nextTurn(() => {
        this.#judge(sleptMs);
      });
    } else {
      this.#ping();
    }
  }

  #plan(delayMs: number): void {
    const { clock } = this.#owner;
    this.#dueAt = clock.now() + delayMs;
    this.#place = Wheel.of(clock).add(this, delayMs);
  }

  #ping(): void {
    if (this.#owner.holding) {
      this.#plan(this.#owner.keepAliveOptions.intervalMs);
      return;
    }
    this.#waiting = true;
    this.#answered = false;
    this.#owner.takeTraffic();
    // A peer that sends and never answers must not make this side keep every Ping.
    this.#forget?.();
    this.#forget = this.#owner.sendPing(randomBytes(this.#owner.keepAliveOptions.payloadBytes), () => {
      this.#answered = true;
      this.#forget = undefined;
    });
    const { timeoutMs, intervalMs } = this.#owner.keepAliveOptions;
    if (timeoutMs === Infinity) this.#waiting = false;
    this.#plan(timeoutMs === Infinity ? intervalMs : timeoutMs);
  }

  #judge(sleptMs: number): void {
    if (this.#stopped) return;
    const { timeoutMs, intervalMs, anyTraffic } = this.#owner.keepAliveOptions;
    if (this.#answered || (anyTraffic && this.#owner.takeTraffic())) {
      this.#waiting = false;
      this.#plan(intervalMs);
    } else if (this.#owner.holding || this.#overslept(sleptMs)) {
      this.#waiting = false;
      this.#ping();
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
