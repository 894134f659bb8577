import { Duplex } from 'node:stream';

/**
 * Whether it is a stream that gives bytes. What gives objects, or text after `setEncoding`, may not come to Node's reader of HTTP: it ends the
 * process.
 */
export function isDuplexOfBytes(value: unknown): value is Duplex {
  return value instanceof Duplex && !value.readableObjectMode && value.readableEncoding === null;
}
