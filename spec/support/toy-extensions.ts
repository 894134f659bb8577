import type {
  Extension,
  ExtensionParameters,
  Frame,
  NegotiatedExtension,
  Transform,
  TransformSession,
} from '../../src/protocol/index.js';
import { LimitError, ProtocolError } from '../../src/protocol/index.js';

const NONE: ExtensionParameters = [];

/** What a toy does to payloads, and what it may do to them in pieces. */
export interface ToyOptions {
  readonly name?: string;
  readonly rsv?: number;
  readonly level?: 'message' | 'frame';
  readonly opcodes?: readonly number[];
  readonly onFrame?: (frame: Frame) => void;
  /** Payloads of more octets are opened. Default Infinity. */
  readonly wholeBytes?: number;
  /** Payloads of fewer octets are not wanted. Default 0. */
  readonly thresholdBytes?: number;
  /** Runs what an opened payload has to do. Default at once. */
  readonly soon?: (task: () => void) => void;
  /** Fails at payloads with this octet in them. */
  readonly poison?: number;
}

/**
 * Adds to every octet the number of payloads that have passed before, and appends that number: a payload that is out of order, left
 * out or transformed twice does not come back.
 */
class Counting implements Transform {
  readonly wholeBytes: number;
  readonly #options: ToyOptions;
  readonly #undo: boolean;
  #passed = 0;

  constructor(options: ToyOptions, undo: boolean) {
    this.#options = options;
    this.#undo = undo;
    this.wholeBytes = options.wholeBytes ?? Infinity;
  }

  wants(bytes: number, compress: boolean | undefined): boolean {
    return compress ?? bytes >= (this.#options.thresholdBytes ?? 0);
  }

  whole(payload: Uint8Array, maxBytes: number): Uint8Array {
    const out = this.#transform(payload);
    if (out.length > maxBytes) {
      throw new LimitError('too much', { option: 'maxMessageBytes', limit: maxBytes, closeCode: 1009 });
    }
    this.#passed++;
    return out;
  }

  open(maxBytes: number): TransformSession {
    const pieces: Uint8Array[] = [];
    let aborted = false;
    const { soon = (task) => task() } = this.#options;
    return {
      push: (piece, last, emit, done) => {
        soon(() => {
          if (aborted) return;
          pieces.push(Uint8Array.from(piece));
          if (!last) {
            done();
            return;
          }
          let out: Uint8Array;
          try {
            out = this.whole(Buffer.concat(pieces), maxBytes);
          } catch (error) {
            done(error as Error);
            return;
          }
          const half = out.length >> 1;
          for (const part of [out.subarray(0, half), out.subarray(half)]) if (!isOver()) emit(part);
          if (!isOver()) done();
        });
      },
      abort: () => {
        aborted = true;
      },
    };
    function isOver(): boolean {
      return aborted;
    }
  }

  #transform(payload: Uint8Array): Uint8Array {
    const step = this.#passed & 0xff;
    if (!this.#undo) return Uint8Array.from([...payload.map((octet) => octet + step), step]);
    if (payload.at(-1) !== step) {
      throw new ProtocolError('a payload is out of order', { section: 'toy', closeCode: 1007 });
    }
    const out = payload.slice(0, -1).map((octet) => octet - step);
    const { poison } = this.#options;
    if (poison !== undefined && out.includes(poison)) {
      throw new ProtocolError('a payload is poisonous', { section: 'toy', closeCode: 1007 });
    }
    return out;
  }
}

/** An extension that shows every mistake in order. */
export function toy(options: ToyOptions = {}): Extension {
  const { name = 'toy', rsv = 2, level = 'message', opcodes = [], onFrame } = options;
  const agreement = {
    parameters: NONE,
    inbound: () => new Counting(options, true),
    outbound: () => new Counting(options, false),
    ...(onFrame && { onFrame }),
  };
  return {
    name,
    rsv,
    level,
    opcodes,
    offer: () => [NONE],
    accept: () => agreement,
    confirm: () => agreement,
  };
}

/** The same, agreed on. */
export function agreedToy(options: ToyOptions = {}): NegotiatedExtension {
  const { name, rsv, level, opcodes = [], confirm } = toy(options);
  return { name, rsv, level, opcodes, ...confirm(NONE) };
}
