import { kernel } from './kernel/kernel.js';

/*
 * What is handed out is the receiver's for ever and must not keep much more memory alive than itself: a message of
 * one byte that is a view of a 64 KiB chunk keeps 64 KiB.
 */

/** The size of the shared block that small copies are cut from, and so the most that a small one keeps alive. */
const BLOCK_BYTES = 16 * 1024;
/** A copy over this many bytes gets memory of its own. */
const SHARED_BYTES = 2048;
/** What a view may keep alive, as a multiple of its own size. */
const VIEW_WASTE = 4;

const NO_BYTES = new Uint8Array(0);
const KERNEL_BYTES = kernel?.bytes;
let block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
let used = 0;

/** Whether `length` octets of `bytes` may be handed out as a view. None of the kernel's memory may: it is written over. */
export function mayView(bytes: Uint8Array, length: number): boolean {
  return length * VIEW_WASTE >= bytes.buffer.byteLength && bytes.buffer !== KERNEL_BYTES?.buffer;
}

/** The octets `bytes[start, end)` for the receiver to keep: a view where that keeps little else alive, else a copy. */
export function copyOut(bytes: Buffer, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length === 0) return NO_BYTES;
  // Most small messages are made from the kernel's memory: asking a WebAssembly memory for its size is not free.
  if (bytes !== KERNEL_BYTES && mayView(bytes, length)) {
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
  }
  if (length > SHARED_BYTES) {
    const own = Buffer.allocUnsafeSlow(length);
    bytes.copy(own, 0, start, end);
    return new Uint8Array(own.buffer, 0, length);
  }
  if (used + length > BLOCK_BYTES) {
    block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    used = 0;
  }
  const at = used;
  // Eight-byte steps: a receiver may look at it through any typed array.
  used = (at + length + 7) & ~7;
  bytes.copy(block, at, start, end);
  return new Uint8Array(block.buffer, at, length);
}

/** The same for memory that belongs to nobody else any more. */
export function takeOut(bytes: Buffer): Uint8Array {
  return copyOut(bytes, 0, bytes.length);
}
