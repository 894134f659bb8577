/*
 * RFC 7692 section 7.2.2 has the receiver append 00 00 ff ff: the sender took it off the empty stored block that ends
 * each message. Those four octets prove little: in the middle of a stored block they pass for four octets of data, and
 * a few codes of a Huffman block swallow them as well, so that a truncated message would be delivered with wrong octets
 * at its end. So the block that is completed here is not empty. Its length is 8, and its data is a seal that comes out
 * right behind the message if, and only if, the message ended where it has to. An octet of the length or of the seal
 * that is read as the header of a block is an error: its two bits for the type are the reserved 11, or the lengths
 * behind it do not match.
 */

/** The length of the stored block, and its complement. */
const LENGTHS = Buffer.of(0x08, 0x00, 0xf7, 0xff);
/** The data of the stored block. */
export const SEAL = Buffer.of(0x37, 0x5e, 0x96, 0xaf, 0x67, 0xce, 0x1e, 0xd7);
/** An empty block with BFINAL. Without it zlib takes a stream that breaks off for one that goes on later. */
const FINAL_BLOCK = Buffer.of(0x03, 0x00);

/** What is put behind a payload so that the inflated octets end with {@link SEAL}. */
export const SEALED_END = Buffer.concat([LENGTHS, SEAL, FINAL_BLOCK]);
/** What the RFC puts behind it, and the empty block with BFINAL. */
export const PLAIN_END = Buffer.concat([Buffer.of(0x00, 0x00, 0xff, 0xff), FINAL_BLOCK]);

/** How many octets of {@link SEALED_END} are left when the stored block itself had BFINAL. */
export const FINAL_BLOCK_BYTES: number = FINAL_BLOCK.length;

/** What a compressor ends each flush with, and a sender does not send. RFC 7692 section 7.2.1. */
export const FLUSH_END = Buffer.of(0x00, 0x00, 0xff, 0xff);

/** Whether `bytes` ends with the seal. */
export function isSealed(bytes: Buffer): boolean {
  return endsWith(bytes, bytes.length, SEAL);
}

/**
 * Whether the octets before the seal are the lengths of its own block. They came out as data then: either the message
 * ends with them, or they were swallowed by a stored block that is cut off 12 octets before its end.
 */
export function isDoubtful(sealed: Buffer): boolean {
  return endsWith(sealed, sealed.length - SEAL.length, LENGTHS);
}

/** Whether the octets of `bytes` before `end` are `wanted`. */
export function endsWith(bytes: Buffer, end: number, wanted: Buffer): boolean {
  const start = end - wanted.length;
  return start >= 0 && bytes.compare(wanted, 0, wanted.length, start, end) === 0;
}
