import type { NegotiatedExtension } from '../protocol/extensions/extension.js';
import { ownedBits } from '../protocol/extensions/owned-by.js';
import type { FrameDecoderOptions } from '../protocol/frame-decoder.js';
import { expectedMask, type MaskExpectation } from '../protocol/frame-rules.js';
import { type Limits, resolveLimits } from '../protocol/limits.js';
import type { Role } from '../protocol/opcodes.js';

/** What the operators that decode bytes are told. */
export interface DecodeOptions {
  /** Whose side decodes: a server is sent masked frames, a client unmasked ones. RFC 6455 section 5.1. */
  readonly role: Role;
  readonly limits?: Limits;
  /** Whether chunks may be written to. Default false: they are copied before unmasking, so they can be decoded again. */
  readonly ownsInput?: boolean;
  /** A client's: whether masked frames pass too. Default false. */
  readonly acceptMasked?: boolean;
  /** A server's: false lets unmasked frames pass too. Default true. */
  readonly requireMasked?: boolean;
  /** False leaves masked payloads as they are on the wire. Default true. */
  readonly applyMask?: boolean;
  /** What was agreed on in the opening handshake. Default nothing: reserved bits and opcodes are errors. */
  readonly extensions?: readonly NegotiatedExtension[];
}

function maskExpectation(options: DecodeOptions): MaskExpectation {
  const relaxed = options.role === 'server' ? options.requireMasked === false : options.acceptMasked === true;
  return relaxed ? 'either' : expectedMask(options.role);
}

/** @throws TypeError unless it is one of the two. */
export function checkRole(role: unknown): void {
  if (role === 'client' || role === 'server') return;
  throw new TypeError(`role is ${String(role)}, expected 'client' or 'server'`);
}

/** @throws TypeError or RangeError that names the option. */
export function frameDecoderOptions(options: DecodeOptions): FrameDecoderOptions {
  checkRole(options.role);
  return {
    limits: resolveLimits(options.limits),
    mask: maskExpectation(options),
    applyMask: options.applyMask ?? true,
    ownsInput: options.ownsInput ?? false,
    owned: ownedBits(options.extensions ?? []),
  };
}
