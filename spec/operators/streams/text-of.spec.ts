import fc from 'fast-check';
import '../../support/seed.js';
import { toArray } from 'rxjs';
import { TextError } from '../../../src/protocol/index.js';
import { byteByByte, chunk } from 'rxwire/testing';
import { chunkings, texts } from 'rxwire/testing/arbitraries';
import { watchResources } from '../../support/harness.js';
import { told, Writing } from './writing.js';

watchResources();

/** What `text$` gives of these octets, with a frame for each chunk. */
function textOf(type: 'text' | 'binary', chunks: readonly Uint8Array[]): { parts: string[]; error: unknown } {
  const writing = new Writing(type);
  const outcome: { parts: string[]; error: unknown } = { parts: [], error: undefined };
  writing.stream.text$.subscribe({
    next: (part) => outcome.parts.push(part),
    error: (error: unknown) => (outcome.error = error),
  });
  chunks.forEach((bytes, i) => writing.frame([bytes], i === chunks.length - 1));
  writing.end();
  return outcome;
}

describe('text$', () => {
  it.each(['text', 'binary'] as const)(
    'of a %s message is its text, in code points that are whole, however it is cut',
    (type) => {
      fc.assert(
        fc.property(texts(), chunkings, (text, cutting) => {
          const bytes = Buffer.from(text);
          for (const chunks of [chunk(bytes, cutting), byteByByte(bytes)]) {
            const { parts, error } = textOf(type, chunks);
            expect(error).toBeUndefined();
            expect(parts.join('')).toBe(text);
            for (const part of parts) {
              expect(part).not.toBe('');
              expect(part.isWellFormed()).toBe(true);
            }
          }
        }),
      );
    },
  );

  it('keeps the byte order mark', () => {
    for (const type of ['text', 'binary'] as const) {
      expect(textOf(type, byteByByte(Buffer.from('\ufeffa'))).parts).toEqual(['\ufeff', 'a']);
    }
  });

  it('gives a character when its last octet has come', () => {
    const log: string[] = [];
    const writing = new Writing();
    writing.stream.text$.subscribe(told(log));
    const [a, b, c, d] = byteByByte(Buffer.from('\u{10ffff}'));
    writing.frame([a!, b!]).frame([c!]);
    expect(log).toEqual([]);
    writing.frame([d!], true);
    expect(log).toEqual(['\u{10ffff}']);
    writing.end();
    expect(log).toEqual(['\u{10ffff}', '|']);
  });

  it.each([
    ['in one chunk', [[0x61, 0xff]], []],
    ['behind a good chunk', [[0x61], [0xff]], ['a']],
    [
      'inside of a character',
      [
        [0x61, 0xe2],
        [0x82, 0x41],
      ],
      ['a'],
    ],
    ['at the end, in the middle of a character', [[0x61, 0xe2, 0x82]], ['a']],
  ])('of a binary message errors where it is not UTF-8: %s', (_, octets, parts) => {
    const outcome = textOf(
      'binary',
      octets.map((each) => Uint8Array.from(each)),
    );
    expect(outcome.parts).toEqual(parts);
    expect(outcome.error).toBeInstanceOf(TextError);
  });

  it('drops the rest of a message that it has failed at', () => {
    const writing = new Writing('binary').frame([Buffer.of(0xff)]).frame(['a']);
    const errors: unknown[] = [];
    writing.stream.text$.subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([expect.any(TextError)]);
    writing.frame(['b'], true).end();
    expect(writing.store.things).toBe(0);
  });

  it('fails as the message does, behind the text that has come', () => {
    const log: string[] = [];
    const writing = new Writing().frame(['a']).begin().push(Buffer.of(0xe2)).fail(new Error('gone'));
    writing.stream.text$.subscribe(told(log));
    expect(log).toEqual(['a', '#gone']);
  });

  it('is nothing for an empty message', () => {
    const seen: unknown[] = [];
    new Writing()
      .frame([], true)
      .end()
      .stream.text$.pipe(toArray())
      .subscribe((all) => seen.push(all));
    expect(seen).toEqual([[]]);
  });
});
