import fc from 'fast-check';
import { chunk, WireReader, wireFrame } from 'rxwire/testing';
import { chunkings, wires } from 'rxwire/testing/arbitraries';
import '../support/seed.js';

describe('WireReader', () => {
  it('reads the frames that were written, however they are cut, and holds what is not whole', () => {
    const rests = fc.constantFrom(
      Buffer.alloc(0),
      wireFrame({ opcode: 1, payload: 'not whole', masked: true }).subarray(0, -1),
      Buffer.of(0x81),
    );
    fc.assert(
      fc.property(wires(), rests, chunkings, ({ bytes, frames, role }, rest, chunking) => {
        const reader = new WireReader();
        const read = chunk(Buffer.concat([bytes, rest]), chunking).flatMap((piece) => reader.push(piece));
        const plain = ({
          fin,
          rsv,
          opcode,
          payload,
        }: (typeof frames)[number] | (typeof read)[number]): unknown => [
          fin,
          rsv,
          opcode,
          Buffer.from(payload).toString('hex'),
        ];
        expect(read.map(plain)).toEqual(frames.map(plain));
        expect(read.every(({ masked, minimal }) => masked === (role === 'server') && minimal)).toBe(true);
        expect(reader.rest.equals(rest)).toBe(true);
      }),
    );
  });

  it('knows where each frame begins', () => {
    const reader = new WireReader();
    const frames = ['a', 'bcd', ''].map((payload) => wireFrame({ opcode: 1, payload }));
    expect(reader.push(Buffer.concat(frames)).map(({ offset }) => offset)).toEqual([0, 3, 8]);
    expect(reader.push(frames[0]!).map(({ offset }) => offset)).toEqual([10]);
  });
});
