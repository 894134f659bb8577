import type { Frame } from '../frame.js';
import type { OwnedBits } from '../owned-bits.js';
import type { NegotiatedExtension } from './extension.js';
import { calling } from './failures.js';
import { ownedBits } from './owned-by.js';
import type { Transform } from './transform.js';

const NONE: readonly Transform[] = Object.freeze([]);

/** What the extensions of one connection do to what it receives: the last one agreed on is undone first. */
export class InboundExtensions {
  readonly owned: OwnedBits;
  readonly #message: Undoing | undefined;
  readonly #frame: Undoing | undefined;
  readonly #extensions: readonly NegotiatedExtension[];

  constructor(extensions: readonly NegotiatedExtension[]) {
    this.owned = ownedBits(extensions);
    this.#extensions = extensions;
    this.#message = undoing(extensions, 'message');
    this.#frame = undoing(extensions, 'frame');
  }

  /** What has transformed a message whose first frame has these reserved bits, in the order to undo it. */
  ofMessage(rsv: number): readonly Transform[] {
    return this.#message?.of(rsv) ?? NONE;
  }

  /** What has transformed a data frame that has these reserved bits, in the order to undo it. */
  ofFrame(rsv: number): readonly Transform[] {
    return this.#frame?.of(rsv) ?? NONE;
  }

  /** Hands a frame with an opcode of an extension's own to it. */
  receive(frame: Frame): void {
    const owner = this.#extensions.find(({ opcodes }) => opcodes.includes(frame.opcode));
    calling('a frame of its own', () => owner?.onFrame?.(frame));
  }
}

/** Transforms of one level, in the order to undo them, and the reserved bits that tell of each. */
class Undoing {
  readonly #transforms: readonly Transform[];
  readonly #bits: readonly number[];

  constructor(extensions: readonly NegotiatedExtension[]) {
    this.#bits = extensions.map(({ rsv }) => rsv);
    this.#transforms = extensions.flatMap((extension) => extension.inbound?.() ?? []);
  }

  of(rsv: number): readonly Transform[] {
    const bits = this.#bits;
    const wasApplied = (own: number): boolean => own === 0 || (own & rsv) !== 0;
    // Nearly always there is one, and nothing to be made.
    if (bits.length === 1) return wasApplied(bits[0]!) ? this.#transforms : NONE;
    return this.#transforms.filter((_, index) => wasApplied(bits[index]!));
  }
}

function undoing(
  extensions: readonly NegotiatedExtension[],
  level: 'message' | 'frame',
): Undoing | undefined {
  const those = extensions.filter(
    (extension) => extension.level === level && extension.inbound !== undefined,
  );
  return those.length === 0 ? undefined : new Undoing(those.reverse());
}
