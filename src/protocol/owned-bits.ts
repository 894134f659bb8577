/** What negotiated extensions own of the first byte of a frame. RFC 6455 section 5.2. */
export interface OwnedBits {
  /** The reserved bits that the first frame of a message may have, RSV1 is 4. */
  readonly first: number;
  /** Those that a continuation frame may have. */
  readonly continuation: number;
  /** The opcodes, as a set of bits: `1 << opcode`. */
  readonly opcodes: number;
  /** Whether payloads are transformed that have no bit set. */
  readonly always: boolean;
}

/** Without extensions every reserved bit and opcode is an error. */
export const NOTHING_OWNED: OwnedBits = Object.freeze({
  first: 0,
  continuation: 0,
  opcodes: 0,
  always: false,
});
