/** Counts what is held for those who have not taken it. */
export interface HeldStore {
  /** One more thing of `bytes` octets is held. */
  hold(bytes: number): void;
  /** It no longer is. */
  release(bytes: number): void;
}

/** What holding a thing costs beside its octets. */
export const OVERHEAD_BYTES = 64;
