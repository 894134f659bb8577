import { asBuffer } from '../protocol/as-buffer.js';
import { headerBytes, MAX_HEADER_BYTES, writeHeader } from '../protocol/frame-encoder.js';
import { mask, rotateMaskingKey, wordsOf } from '../protocol/masking.js';
import type { MessageCollector } from '../protocol/message-collector.js';
import { Opcode } from '../protocol/opcodes.js';
import { slab, SLAB_COPY_BYTES } from '../transport/slab.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';

/** A control frame that waits. */
export type DelayedControl = readonly [opcode: number, payload: Uint8Array];

/** What those who look on are shown of the payload, which may be of any length. */
const MAX_SHOWN_BYTES = 1024 * 1024;

/** A frame whose header has been written and whose payload is written chunk by chunk. RFC 6455 section 5.2. */
export class AnnouncedFrame {
  /** The first byte of its header. */
  readonly first: number;
  readonly length: number;
  /** Octets of the payload that have not been written. */
  remaining: number;
  /** What is to be shown of its payload, where somebody looks on. */
  shown: MessageCollector | undefined;
  /** Control frames that wait for its end. */
  #delayed: DelayedControl[] | undefined;
  readonly #writes: WriteCoalescer;
  /** The masking key as it stands for the next octet; 0 changes nothing. */
  #key: number;

  constructor(
    writes: WriteCoalescer,
    first: number,
    length: number,
    key: number | undefined,
    applyMask: boolean,
  ) {
    this.first = first;
    this.length = length;
    this.remaining = length;
    this.#writes = writes;
    this.#key = applyMask ? (key ?? 0) : 0;
    const at = writes.reserve(MAX_HEADER_BYTES);
    writeHeader(slab.bytes, at, first, length, key);
    writes.commit(at + headerBytes(length, key !== undefined));
  }

  /** The control frames that waited, in their order. */
  get delayed(): readonly DelayedControl[] {
    return this.#delayed ?? NONE;
  }

  /** Lets a control frame wait. Of Pongs only the newest does: there are as many as the peer likes. RFC 6455 section 5.5.3. */
  delay(opcode: number, payload: Uint8Array): void {
    const delayed = (this.#delayed ??= []);
    const pong = opcode === Opcode.pong ? delayed.findIndex(([waiting]) => waiting === opcode) : -1;
    if (pong >= 0) delayed.splice(pong, 1);
    delayed.push([opcode, payload]);
  }

  /** Writes the next octets of the payload, at most those that remain. They are never changed. */
  write(chunk: Uint8Array): void {
    const { length } = chunk;
    this.shown?.add(asBuffer(chunk), 0, Math.min(length, MAX_SHOWN_BYTES - this.shown.size));
    this.remaining -= length;
    if (length <= SLAB_COPY_BYTES) {
      const at = this.#writes.reserve(length);
      slab.bytes.set(chunk, at);
      if (this.#key !== 0) mask(slab.bytes, slab.words, at, at + length, this.#key);
      this.#writes.commit(at + length);
    } else if (this.#key === 0) {
      this.#writes.push(chunk);
    } else {
      const bytes = Buffer.from(chunk);
      mask(bytes, wordsOf(bytes), 0, length, this.#key);
      this.#writes.push(bytes);
    }
    this.#key = rotateMaskingKey(this.#key, length);
  }
}

const NONE: readonly DelayedControl[] = Object.freeze([]);
