import { LimitError, ProtocolError } from './errors.js';
import { isControl, Opcode, type Role } from './opcodes.js';
import type { OwnedBits } from './owned-bits.js';

/*
 * The rules of a frame's header, RFC 6455 section 5.2, one function for each place in the header at which a rule
 * can be decided. All throw ProtocolError with close code 1002 unless said otherwise.
 */

const RESERVED_OPCODES = new Set([3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf]);

/** Byte 1: reserved bits, opcode, and FIN of a control frame. `owned` is what extensions may use of it. */
export function checkFirstByte(byte: number, owned: OwnedBits): void {
  const opcode = byte & 0x0f;
  const rsv = (byte >> 4) & 7;
  if (RESERVED_OPCODES.has(opcode)) checkReservedOpcode(byte, opcode, owned);
  const allowed = rsvAllowed(opcode, owned);
  if ((rsv & ~allowed) !== 0) {
    throw new ProtocolError(
      `reserved bits are ${rsv.toString(2).padStart(3, '0')}, expected ${
        allowed === 0 ? '000' : `only ones of ${allowed.toString(2).padStart(3, '0')}`
      }`,
      { section: '5.2' },
    );
  }
  if (isControl(opcode) && (byte & 0x80) === 0) {
    throw new ProtocolError('control frame is fragmented, expected FIN to be set', { section: '5.5' });
  }
}

function checkReservedOpcode(byte: number, opcode: number, owned: OwnedBits): void {
  if ((owned.opcodes & (1 << opcode)) === 0) {
    throw new ProtocolError(`opcode is 0x${opcode.toString(16)}, which is reserved`, { section: '5.2' });
  }
  if ((byte & 0x80) === 0) {
    throw new ProtocolError('frame of an extension is fragmented, expected FIN to be set', {
      section: '5.4',
    });
  }
}

function rsvAllowed(opcode: number, owned: OwnedBits): number {
  if (opcode === Opcode.text || opcode === Opcode.binary) return owned.first;
  return opcode === Opcode.continuation ? owned.continuation : 0;
}

/** What a peer's frames are to be: masked, not masked, or either. */
export type MaskExpectation = 'masked' | 'unmasked' | 'either';

/** What section 5.1 expects of the frames that this role receives. */
export function expectedMask(role: Role): MaskExpectation {
  return role === 'server' ? 'masked' : 'unmasked';
}

/** Byte 2: the MASK bit and the length of a control frame. */
export function checkSecondByte(first: number, byte: number, expectation: MaskExpectation): void {
  const masked = (byte & 0x80) !== 0;
  if (masked && expectation === 'unmasked') {
    throw new ProtocolError('frame from a server is masked, expected it unmasked', { section: '5.1' });
  }
  if (!masked && expectation === 'masked') {
    throw new ProtocolError('frame from a client is not masked, expected it masked', { section: '5.1' });
  }
  const opcode = first & 0x0f;
  if (!isControl(opcode)) return;
  const length = byte & 0x7f;
  if (length > 125) {
    throw new ProtocolError('control frame payload is more than 125 bytes', { section: '5.5' });
  }
  if (opcode === Opcode.close && length === 1) {
    throw new ProtocolError('Close payload is 1 byte, expected none or a code of 2 bytes', {
      section: '5.5.1',
    });
  }
}

/** The 16-bit length. It must not fit the 7-bit form. */
export function checkLength16(length: number): void {
  if (length < 126) {
    throw new ProtocolError(
      `payload length ${String(length)} is encoded in 16 bits, expected the minimal form`,
      { section: '5.2' },
    );
  }
}

const LENGTH_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * The 64-bit length, from its two halves. Its most significant bit must be 0 and it must not fit 16 bits.
 *
 * @throws LimitError 1009 for a length over 2^53-1, which no JavaScript number counts exactly.
 */
export function joinLength64(high: number, low: number): number {
  if (high >= 0x80000000) {
    throw new ProtocolError('the most significant bit of the 64-bit payload length is set', {
      section: '5.2',
    });
  }
  const length = high * 0x100000000 + low;
  if (length < 65536) {
    throw new ProtocolError(
      `payload length ${String(length)} is encoded in 64 bits, expected the minimal form`,
      { section: '5.2' },
    );
  }
  if (high > 0x1fffff) {
    throw new LimitError('payload length is over 2^53-1 bytes', {
      option: 'maxFrameBytes',
      limit: LENGTH_LIMIT,
      closeCode: 1009,
    });
  }
  return length;
}
