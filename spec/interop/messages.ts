import { createHash } from 'node:crypto';
import { seed } from '../support/seed.js';

/** What a message is made of: a string is text, octets are binary. */
export type Content = string | Buffer;

/** Octets in which nothing can be found to compress; the same for the same seed. */
export function noise(length: number, label = ''): Buffer {
  return createHash('shake256', { outputLength: Math.max(1, length) })
    .update(`${seed} ${length} ${label}`)
    .digest()
    .subarray(0, length);
}

/** What an application sends: each is about 1 KiB, and much like the one before. */
export function ticker(number: number): string {
  const [price, ...names] = noise(26, `ticker ${number}`);
  return JSON.stringify({
    type: 'ticker',
    number,
    price: price! / 8,
    orders: names.map((name, at) => ({ id: `order-${name * 7919}`, side: at % 2 === 0 ? 'buy' : 'sell' })),
  });
}

/** Text of exactly so many octets of UTF-8, much of it not ASCII. */
export function wordsOf(octets: number): string {
  const word = 'grüße €𝄞 ';
  const text = word.repeat(Math.floor(octets / Buffer.byteLength(word)));
  return text + 'x'.repeat(octets - Buffer.byteLength(text));
}

/** JSON of exactly so many octets. */
export function jsonOf(octets: number): string {
  let text = '';
  for (let number = 0; text.length < octets; number++) text += ticker(number);
  return text.slice(0, octets);
}

/** Around the size from which messages are compressed, with and without context takeover. */
const THRESHOLDS = [63, 64, 65, 1023, 1024, 1025];

/** Every kind of message up to 40 KiB. */
export const SHORT: readonly Content[] = [
  '',
  Buffer.alloc(0),
  'x',
  Buffer.of(0xff),
  '',
  ...THRESHOLDS.flatMap((size) => [wordsOf(size), noise(size)]),
  ...Array.from({ length: 20 }, (_, number) => ticker(number)),
  wordsOf(5000),
  Buffer.from(wordsOf(5000)),
  noise(5000),
  // Repeats itself at distances over each window up to 16 KiB, in and between messages.
  Buffer.concat([noise(16_500), noise(16_500)]),
  noise(16_500),
  jsonOf(40_000),
  Buffer.alloc(40_000),
  noise(40_000),
];

/** Those that are inflated and deflated off the event loop, with short ones between them that must not pass them. */
export const LONG: readonly Content[] = [
  ticker(0),
  jsonOf(70 * 1024),
  noise(70 * 1024),
  ticker(1),
  '',
  wordsOf(200_000),
  jsonOf(1024 * 1024),
  ticker(2),
  Buffer.alloc(1024 * 1024, 'compressible '),
  noise(1024 * 1024),
  ticker(3),
];
