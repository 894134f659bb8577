import fc from 'fast-check';
import type { Message } from '../../protocol/index.js';
import { DEFAULT_MAX_LENGTH, payloads } from './octets.js';
import { texts } from './texts.js';

/**
 * Whole messages, text and binary.
 *
 * @param maxLength - The most octets of one that is binary, and code points of one that is text. Default 300.
 */
export function messages(maxLength: number = DEFAULT_MAX_LENGTH): fc.Arbitrary<Message> {
  return fc.oneof(
    { withCrossShrink: true },
    fc
      .oneof(texts(Math.min(maxLength, 40)), texts(maxLength))
      .map((data): Message => ({ type: 'text', data })),
    payloads(maxLength).map((data): Message => ({ type: 'binary', data })),
  );
}
