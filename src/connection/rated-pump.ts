import type { Permit } from '../operators/pace.js';
import { TokenBucket } from '../operators/rate/token-bucket.js';
import { LimitError } from '../protocol/errors.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';
import type { Cancel, Clock } from './clock.js';
import { Hold, Pump, type PumpOwner } from './pump.js';
import type { RateBound, ResolvedReceiveRate } from './receive-rate.js';

/** One bound, what has counted against it, and what is left. */
interface Metered {
  readonly bound: RateBound;
  readonly bucket: TokenBucket;
  seen: number;
}

/**
 * The pump of a peer that may send only so much in so much time. It counts what has been decoded before every frame: when the allowance
 * is used up, the transport waits until there is some again.
 */
export class RatedPump extends Pump {
  readonly #rate: ResolvedReceiveRate;
  readonly #clock: Clock;
  readonly #meters: readonly Metered[];
  #cancel: Cancel | undefined;
  #off = false;

  constructor(owner: PumpOwner, writes: WriteCoalescer, rate: ResolvedReceiveRate) {
    super(owner, writes);
    this.#rate = rate;
    this.#clock = owner.clock;
    const now = this.#clock.now();
    this.#meters = rate.bounds.map((bound) => ({
      bound,
      bucket: new TokenBucket({ ...bound, ...rate }, now),
      seen: 0,
    }));
  }

  get #waits(): boolean {
    return this.#cancel !== undefined;
  }

  override begin(): void {
    super.begin();
    this.#fill();
  }

  override permit(): Permit {
    if (!this.#off && !this.#waits) this.#meter();
    return super.permit();
  }

  override readOn(): void {
    this.#off = true;
    this.#cancel?.();
    this.#cancel = undefined;
    super.readOn();
  }

  /** @throws LimitError where the peer is to be closed. */
  #meter(): void {
    const closes = this.#rate.onExcess === 'close';
    for (const meter of this.#meters) {
      const { bound, bucket } = meter;
      const count = this.counts[bound.counts];
      if (count === meter.seen) continue;
      bucket.take(count - meter.seen);
      meter.seen = count;
      if (closes && bucket.overdrawn) this.#close(bound, bucket);
    }
    if (closes || !this.#meters.some(({ bucket }) => bucket.empty)) return;
    // Some may have come in while this was decoded.
    this.#fill();
    const waitMs = Math.max(...this.#meters.map(({ bucket }) => bucket.waitMs));
    if (waitMs > 0) this.#wait(waitMs);
  }

  #close({ option, amount }: RateBound, bucket: TokenBucket): void {
    this.#fill();
    if (!bucket.overdrawn) return;
    const { perMs } = this.#rate;
    const time = perMs === Infinity ? '' : ` in ${String(perMs)} ms`;
    const what = `more than ${String(amount)} ${option.replace('receiveRate.', '')}${time}`;
    throw new LimitError(`the peer sends ${what}`, { option, limit: amount, closeCode: 1008 });
  }

  #wait(waitMs: number): void {
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = undefined;
      // Control frames have passed meanwhile.
      this.#meter();
      if (!this.#waits) this.release(Hold.rate);
    });
    this.hold(Hold.rate);
  }

  #fill(): void {
    const now = this.#clock.now();
    for (const { bucket } of this.#meters) bucket.fill(now);
  }
}
