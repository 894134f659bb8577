import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The longest line that is taken: more than this is no text that somebody wants as one message. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * The lines of a stream of bytes, without their `\n` or `\r\n`. A last line without one counts. What follows is read when it is asked for;
 * at most one line is held.
 *
 * @throws Error for a line that is not UTF-8, or longer than 16 MiB.
 */
export async function* linesOf(
  source: AsyncIterable<Uint8Array | string>,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<Uint8Array, void> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let count = 0;
  const line = (last: Buffer): Buffer => {
    count++;
    const whole = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    if (!isUtf8(whole)) {
      throw new Error(`line ${String(count)} of stdin is not UTF-8, --binary sends any bytes`);
    }
    return whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
  };
  for await (const piece of source) {
    const chunk =
      typeof piece === 'string'
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) continue;
    held.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > maxLineBytes) {
      throw new Error(
        `line ${String(count + 1)} of stdin is over ${String(maxLineBytes)} bytes, --binary sends any bytes`,
      );
    }
  }
  if (heldBytes > 0) yield line(Buffer.alloc(0));
}
