import { LimitError } from '../../protocol/errors.js';
import type { HeldStore } from './held-store.js';

/** Holds at most `limit` octets, the overhead of each thing included. What is over it throws a LimitError that names `option`. */
export function heldWithin(limit: number, option: string): HeldStore {
  let held = 0;
  return {
    hold(bytes) {
      held += bytes;
      if (held <= limit) return;
      throw new LimitError(
        `more than ${String(limit)} bytes are held for streams that nobody takes (${option})`,
        {
          option,
          limit,
          closeCode: 1009,
        },
      );
    },
    release(bytes) {
      held -= bytes;
    },
  };
}
