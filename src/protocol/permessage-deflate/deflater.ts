import { takeOut } from '../byte-ownership.js';
import type { SharedForm, Transform, TransformSession } from '../extensions/transform.js';
import { DeflateStage } from './deflate-stage.js';
import { type DeflateSettings, deflateWhole } from './deflate-whole.js';
import { History } from './history.js';
import { LaneSession } from './lane-session.js';
import { tooBig } from './payload-errors.js';
import type { ZlibLanes } from './zlib-lanes.js';

/** Octets of plaintext up to which deflating at once, in at most 1 ms, is cheaper than leaving the event loop. */
const WHOLE_BYTES = 64 * 1024;
/** A window of 256 octets may be agreed on, but there is hardly anything to be found in it. */
const UNUSED_WINDOW_BITS = 8;

export interface DeflaterOptions extends DeflateSettings {
  /** Whether a message may refer back to the ones before it. */
  readonly takeover: boolean;
  /** A message of fewer octets is sent as it is, unless it asks to be compressed. */
  readonly thresholdBytes: number;
  /** Shared with other connections. */
  readonly lanes: ZlibLanes;
}

/**
 * Compresses what this side sends. RFC 7692 section 7.2.1.
 *
 * Between messages there is no zlib stream: with context takeover it holds the last 2^`windowBits` octets of plaintext,
 * without it nothing. What comes out refers back to no octet outside of the window, so any inflater that keeps such a
 * window can read it. With a window of 256 octets (`windowBits` 8) nothing is compressed.
 *
 * `open` deflates on libuv's threads and flushes each piece, which is 5 octets more for each but the last; the peer can
 * inflate all that was pushed. A message that is open holds a zlib stream, 2^(windowBits + 2) + 2^(memLevel + 9)
 * octets, and its own copy of the history.
 */
export class Deflater implements Transform {
  readonly wholeBytes: number = WHOLE_BYTES;
  readonly #settings: DeflateSettings;
  readonly #thresholdBytes: number;
  readonly #history: History | undefined;
  readonly #lanes: ZlibLanes;
  #shared: SharedForm | undefined;

  constructor({ windowBits, level, memLevel, takeover, thresholdBytes, lanes }: DeflaterOptions) {
    this.#settings = { windowBits, level, memLevel };
    this.#thresholdBytes = thresholdBytes;
    this.#history = takeover ? new History(1 << windowBits) : undefined;
    this.#lanes = lanes;
  }

  get shared(): SharedForm {
    this.#shared ??= {
      key: `deflate ${Object.values(this.#settings).join(' ')}`,
      whole: (payload) => takeOut(deflateWhole(payload, this.#settings, undefined)),
      sent: (payload) => this.#history?.append(payload),
    };
    return this.#shared;
  }

  wants(bytes: number, compress: boolean | undefined): boolean {
    if (this.#settings.windowBits === UNUSED_WINDOW_BITS) return false;
    return compress ?? bytes >= this.#thresholdBytes;
  }

  /** @throws LimitError 1009 when the compressed payload has more than `maxBytes` octets. */
  whole(payload: Uint8Array, maxBytes: number): Uint8Array {
    const deflated = deflateWhole(payload, this.#settings, this.#history?.bytes);
    if (deflated.length > maxBytes) throw tooBig('deflated', maxBytes);
    this.#history?.append(payload);
    return takeOut(deflated);
  }

  open(maxBytes: number): TransformSession {
    const history = this.#history;
    const stage = new DeflateStage({
      settings: this.#settings,
      maxBytes,
      window: history?.copy(),
      ended: (window) => {
        if (window !== undefined) history?.become(window);
      },
    });
    return new LaneSession(stage, this.#lanes);
  }
}
