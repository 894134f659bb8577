import { takeOut } from '../byte-ownership.js';
import type { Transform, TransformSession } from '../extensions/transform.js';
import { History } from './history.js';
import { InflateStage } from './inflate-stage.js';
import { inflateWhole } from './inflate-whole.js';
import { LaneSession } from './lane-session.js';
import type { ZlibLanes } from './zlib-lanes.js';

/** Compressed octets up to which inflating at once is cheaper for everybody than leaving the event loop. */
const WHOLE_BYTES = 64 * 1024;

export interface InflaterOptions {
  /** The window that the peer's compressor has agreed to, as a power of two: 8 to 15. */
  readonly windowBits: number;
  /** Whether a message may refer back to the ones before it. */
  readonly takeover: boolean;
  /** Shared with other connections. */
  readonly lanes: ZlibLanes;
}

/**
 * Undoes the peer's compression. RFC 7692 section 7.2.2.
 *
 * Between messages there is no zlib stream: with context takeover it holds the last 2^`windowBits` octets of plaintext,
 * without it nothing. A payload is inflated from its first bit to its last or refused; one that is refused, or is
 * dropped half way, leaves the history as it was.
 *
 * zlib inflates with the largest window whatever was agreed, so within a message a peer may refer back further than it
 * agreed to. That costs nothing and is not found; across messages the octets are not there, and it is refused.
 *
 * `open` inflates on libuv's threads, by at most 16 KiB at a time, with the pieces that came so far and the same rules.
 * A message that is open holds a zlib stream (about 10 KiB, a window of 32 KiB and 16 KiB for output) and its own copy
 * of the history.
 */
export class Inflater implements Transform {
  readonly wholeBytes: number = WHOLE_BYTES;
  readonly #windowBytes: number;
  readonly #history: History | undefined;
  readonly #lanes: ZlibLanes;

  constructor({ windowBits, takeover, lanes }: InflaterOptions) {
    this.#windowBytes = 1 << windowBits;
    this.#history = takeover ? new History(this.#windowBytes) : undefined;
    this.#lanes = lanes;
  }

  /**
   * @throws ProtocolError 1007 (`RXWIRE_INFLATE`) for a payload that is no DEFLATE, ends in the middle of a block,
   * refers back to what there is not, or has more than 64 blocks with BFINAL; LimitError 1009 over `maxBytes`, with at
   * most 16 KiB more than that inflated.
   */
  whole(payload: Uint8Array, maxBytes: number): Uint8Array {
    const plain = inflateWhole(payload, maxBytes, this.#history, this.#windowBytes);
    this.#history?.append(plain);
    return takeOut(plain);
  }

  open(maxBytes: number): TransformSession {
    const history = this.#history;
    const stage = new InflateStage({
      maxBytes,
      window: history?.copy() ?? new History(this.#windowBytes),
      ended: (window) => history?.become(window),
    });
    return new LaneSession(stage, this.#lanes);
  }
}
