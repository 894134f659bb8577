import type { WriteCoalescer } from '../transport/write-coalescer.js';
import { Pump, type PumpOwner } from './pump.js';
import { RatedPump } from './rated-pump.js';
import type { ResolvedReceiveRate } from './receive-rate.js';

/** The pump for what a peer may send: without a bound, one that looks at no clock for it. */
export function pumpFor(
  owner: PumpOwner,
  writes: WriteCoalescer,
  rate: ResolvedReceiveRate | undefined,
): Pump {
  return rate === undefined ? new Pump(owner, writes) : new RatedPump(owner, writes, rate);
}
