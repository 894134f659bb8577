import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { notUtf8, texts } from 'rxwire/testing/arbitraries';
import { Utf8Judge } from '../../src/testing/utf8-judge.js';
import '../support/seed.js';

function whole(octets: Uint8Array): boolean {
  const judge = new Utf8Judge();
  judge.push(octets);
  return judge.whole;
}

describe('Utf8Judge', () => {
  it('agrees with Node on all pairs of octets, and on all that begin a longer sequence', () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        for (const tail of [[], [0x80], [0x80, 0x80]]) {
          const octets = Uint8Array.of(first, second, ...tail);
          if (whole(octets) !== isUtf8(octets)) throw new Error(`differs on ${String(octets)}`);
        }
      }
    }
  });

  it('takes every text, octet by octet', () => {
    fc.assert(
      fc.property(texts(), (text) => {
        const judge = new Utf8Judge();
        for (const octet of Buffer.from(text)) expect(judge.push(Uint8Array.of(octet))).toBe(true);
        expect(judge.whole).toBe(true);
      }),
    );
  });

  it('takes nothing that is not UTF-8', () => {
    fc.assert(
      fc.property(notUtf8, (octets) => {
        expect(isUtf8(octets)).toBe(false);
        expect(whole(octets)).toBe(false);
      }),
    );
  });
});
