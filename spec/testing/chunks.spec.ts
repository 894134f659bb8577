import fc from 'fast-check';
import { byteByByte, chunk, cutAt, joined, twoChunkSplits, wireFrame } from 'rxwire/testing';
import { chunked, chunkings, hostileBytes } from 'rxwire/testing/arbitraries';
import '../support/seed.js';

describe('chunk', () => {
  it('loses nothing, in memory of its own, whatever the octets', () => {
    fc.assert(
      fc.property(hostileBytes, chunkings, (bytes, chunking) => {
        const pieces = chunk(bytes, chunking);
        expect(joined(pieces)).toEqual(bytes);
        for (const piece of pieces) piece.fill(0xaa);
        expect(joined(chunk(bytes, chunking))).toEqual(bytes);
      }),
    );
  });

  it('cuts inside of headers and leaves payloads whole', () => {
    const bytes = Buffer.concat([
      wireFrame({ opcode: 1, payload: 'abc', masked: true }),
      wireFrame({ opcode: 2, payload: new Uint8Array(126) }),
      wireFrame({ opcode: 9 }),
      Buffer.of(0x81),
    ]);
    const sizes = chunk(bytes, 'headers').map(({ length }) => length);
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 126, 1, 1, 1]);
  });

  it('cuts to the octet, not at all, and at places', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(chunk(bytes, 'octets')).toEqual(byteByByte(bytes));
    expect(chunk(bytes, 'whole')).toEqual([bytes]);
    expect(chunk(bytes, [0.5, 0.25])).toEqual(cutAt(bytes, [1, 2]));
    expect(chunk(bytes, [0, 1, 1]).map(({ length }) => length)).toEqual([0, 4, 0, 0]);
    expect([...twoChunkSplits(bytes)]).toEqual([1, 2, 3].map((at) => cutAt(bytes, [at])));
  });
});

describe('chunkings', () => {
  it('shrink to whole', () => {
    const { counterexample } = fc.check(fc.property(chunkings, () => false));
    expect(counterexample).toEqual(['whole']);
  });

  it('are of every kind', () => {
    const found = fc.sample(chunkings, 500).map((one) => (typeof one === 'string' ? one : 'places'));
    expect(new Set(found)).toEqual(new Set(['whole', 'octets', 'headers', 'places']));
  });

  it('are applied by chunked', () => {
    const bytes = Uint8Array.of(0x81, 1, 0x61);
    fc.assert(fc.property(chunked(bytes), (pieces) => expect(joined(pieces)).toEqual(bytes)));
  });
});
