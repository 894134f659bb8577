import fc from 'fast-check';
import { from, NEVER, of, Subject, take, throwError } from 'rxjs';
import { chop, joined } from 'rxwire/testing';
import { pieceSizes } from 'rxwire/testing/arbitraries';
import '../support/seed.js';
import { collect } from '../support/collect.js';

const chunkLists = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 });

describe('chop', () => {
  it('keeps all octets in order, in pieces of these sizes or what is left of a chunk', () => {
    fc.assert(
      fc.property(chunkLists, pieceSizes(), (chunks, sizes) => {
        const { values, done } = collect(from(chunks).pipe(chop(sizes)));
        expect(joined(values)).toEqual(joined(chunks));
        expect(done).toBe(true);
        let next = 0;
        for (const chunk of chunks) {
          for (let left = chunk.length; left > 0;) {
            const size = Math.min(left, sizes[next++ % sizes.length]!);
            expect(values.filter(({ length }) => length > 0)[next - 1]).toHaveLength(size);
            left -= size;
          }
        }
      }),
    );
  });

  it('begins its list anew for each subscriber', () => {
    const source = of(Uint8Array.of(1, 2, 3)).pipe(chop([2, 5]));
    for (let i = 0; i < 2; i++) expect(collect(source).values.map(({ length }) => length)).toEqual([2, 1]);
  });

  it('asks a function for each size', () => {
    let size = 0;
    const { values } = collect(of(new Uint8Array(6)).pipe(chop(() => ++size)));
    expect(values.map(({ length }) => length)).toEqual([1, 2, 3]);
  });

  it('passes an empty chunk on, and views rather than copies', () => {
    const bytes = Uint8Array.of(1, 2);
    const { values } = collect(of(new Uint8Array(0), bytes).pipe(chop(1)));
    expect(values.map(({ length }) => length)).toEqual([0, 1, 1]);
    expect(values[1]!.buffer).toBe(bytes.buffer);
  });

  it('errors with what the function throws, or gives and should not', () => {
    const fault = new Error('no size');
    const thrown = collect(
      of(new Uint8Array(1)).pipe(
        chop(() => {
          throw fault;
        }),
      ),
    );
    expect(thrown.error).toBe(fault);
    expect(collect(of(new Uint8Array(1)).pipe(chop(() => 0))).error).toBeInstanceOf(RangeError);
  });

  it.each([0, -1, 1.5, NaN, Infinity, [], [1, 0]])('refuses the sizes %j', (sizes) => {
    expect(() => chop(sizes)).toThrow(RangeError);
  });

  it('refuses what are no sizes', () => {
    expect(() => chop('3' as never)).toThrow(TypeError);
  });

  it('passes errors and never on, stops when it is unsubscribed, and lets go of the source', () => {
    expect(collect(throwError(() => 'e').pipe(chop(1))).error).toBe('e');
    expect(collect(NEVER.pipe(chop(1))).done).toBe(false);
    const source = new Subject<Uint8Array>();
    const record = collect(source.pipe(chop(1), take(2)));
    source.next(new Uint8Array(1_000_000));
    expect([record.values.length, source.observed]).toEqual([2, false]);
  });
});
