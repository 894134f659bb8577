import { type HeldStore, OVERHEAD_BYTES } from '../../../src/operators/streams/held-store.js';

/** Counts what is held, and that nothing is released that was not. */
export class CountingStore implements HeldStore {
  /** Octets, the overhead of each thing included. */
  bytes = 0;
  things = 0;
  /** The most `bytes` ever were. */
  most = 0;
  /** Called when something is released: there is room for more. */
  onRoom: (() => void) | undefined;

  hold(bytes: number): void {
    expect(bytes).toBeGreaterThanOrEqual(OVERHEAD_BYTES);
    this.bytes += bytes;
    this.things++;
    this.most = Math.max(this.most, this.bytes);
  }

  release(bytes: number): void {
    this.bytes -= bytes;
    this.things--;
    expect(this.bytes).toBeGreaterThanOrEqual(0);
    expect(this.things).toBeGreaterThanOrEqual(0);
    this.onRoom?.();
  }
}
