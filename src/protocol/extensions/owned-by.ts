import { NOTHING_OWNED, type OwnedBits } from '../owned-bits.js';
import type { NegotiatedExtension } from './extension.js';

/** What these extensions own of the first byte of a frame, taken together. */
export function ownedBits(extensions: readonly NegotiatedExtension[]): OwnedBits {
  if (extensions.length === 0) return NOTHING_OWNED;
  let first = 0;
  let continuation = 0;
  let opcodes = 0;
  let always = false;
  for (const extension of extensions) {
    first |= extension.rsv;
    if (extension.level === 'frame') continuation |= extension.rsv;
    for (const opcode of extension.opcodes) opcodes |= 1 << opcode;
    always ||= extension.rsv === 0 && extension.inbound !== undefined;
  }
  return { first, continuation, opcodes, always };
}
