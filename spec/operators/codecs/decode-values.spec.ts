import { jest } from '@jest/globals';
import fc from 'fast-check';
import { from, Subject } from 'rxjs';
import type { CodecError } from '../../../src/index.js';
import { type Decoder, decodeValues, type Incoming, json, text } from '../../../src/index.js';
import { firehose, keepsTheContract, marbles } from '../../support/operator-contract.js';
import '../../support/seed.js';

const messages = { a: text('"A"'), b: text('"B"'), c: text('"C"'), x: text('oops'), y: text('again') };
const values = { a: 'A', b: 'B', c: 'C' };

interface Later {
  readonly data: string;
  readonly resolve: (value: string) => void;
  readonly reject: (reason: unknown) => void;
}

/** A decoder whose values come when they are told to; text in capitals is decoded at once. */
function slow(): { decoder: Decoder<string>; waiting: Later[] } {
  const waiting: Later[] = [];
  const decoder: Decoder<string> = {
    name: 'slow',
    decode: ({ data }) => {
      const word = data as string;
      if (word === 'BAD') throw new Error('bad');
      if (word === word.toUpperCase()) return word;
      return new Promise((resolve, reject) => waiting.push({ data: word, resolve, reject }));
    },
  };
  return { decoder, waiting };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('decodeValues', () => {
  keepsTheContract({ operator: () => decodeValues(json<string>()), inputs: messages, outputs: values });

  it('gives the errors of messages away and goes on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-x-b-y-|', messages);
      const subs = '            ^--------!';
      const expected = '        -a---b---|';
      const errors: string[] = [];
      const onError = ({ failure }: CodecError): unknown => errors.push(failure);
      expectObservable(source.pipe(decodeValues(json<string>(), { onError }))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('makes the error notification of what onError throws, and leaves the source', () => {
    const onError = (): never => {
      throw 'thrown';
    };
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-x-b-|', messages);
      const subs = '            ^--!';
      const expected = '        -a-#';
      expectObservable(source.pipe(decodeValues(json<string>(), { onError }))).toBe(
        expected,
        values,
        'thrown',
      );
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    const { source, emitted } = firehose(messages.x, 1000);
    source.pipe(decodeValues(json(), { onError })).subscribe({ error: () => undefined });
    expect(emitted()).toBe(1);
  });

  it('makes a CodecError of what a decoder throws', () => {
    const errors: CodecError[] = [];
    const { decoder } = slow();
    from([text('BAD')])
      .pipe(decodeValues(decoder, { onError: (error) => errors.push(error) }))
      .subscribe();
    expect(errors[0]).toMatchObject({
      codec: 'slow',
      failure: 'syntax',
      message: 'slow: the message cannot be decoded',
    });
    expect(errors[0]?.thrown).toEqual(new Error('bad'));
  });

  it('warns of the first error of each subscription when nobody takes them', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      const decoded$ = from([messages.x, messages.a, messages.y]).pipe(decodeValues(json()));
      decoded$.subscribe();
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(/^rxwire: json: the message is not JSON.*onError/)],
      ]);
      decoded$.subscribe();
      expect(warn).toHaveBeenCalledTimes(2);
    } finally {
      warn.mockRestore();
    }
  });

  describe('with an asynchronous decoder', () => {
    function running(options: Parameters<typeof decodeValues>[1] = {}) {
      const { decoder, waiting } = slow();
      const source = new Subject<Incoming>();
      const seen: string[] = [];
      const onError = ({ failure }: CodecError): unknown => seen.push(`(${failure})`);
      const subscription = source.pipe(decodeValues(decoder, { onError, ...options })).subscribe({
        next: (value) => seen.push(value),
        error: (error: unknown) => seen.push(`# ${String(error)}`),
        complete: () => seen.push('|'),
      });
      const push = (...words: string[]): void => {
        for (const word of words) source.next(text(word));
      };
      return { source, seen, waiting, push, subscription };
    }

    it('keeps the order of messages, values at once and errors included', async () => {
      const { source, seen, waiting, push } = running();
      push('A', 'b', 'C', 'd', 'BAD', 'e');
      expect(seen).toEqual(['A']);
      waiting[2]!.resolve('e!');
      waiting[1]!.reject('no');
      await settled();
      expect(seen).toEqual(['A']);
      waiting[0]!.resolve('b!');
      await settled();
      expect(seen).toEqual(['A', 'b!', 'C', '(syntax)', '(syntax)', 'e!']);
      push('F');
      source.complete();
      expect(seen.slice(6)).toEqual(['F', '|']);
    });

    it('gives values out in the order of messages, whatever the order of settling', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom('A', 'b', 'BAD'), { maxLength: 12, size: 'max' }),
          fc.infiniteStream(fc.nat()),
          async (words, random) => {
            const { source, seen, waiting, push } = running();
            push(...words);
            source.complete();
            const left = waiting.map((later, i) => ({ later, i }));
            while (left.length > 0) {
              const [next] = left.splice(random.next().value % left.length, 1);
              next!.later.resolve(`b${String(next!.i)}`);
              if (random.next().value % 2 === 0) await settled();
            }
            await settled();
            let i = 0;
            const expected = words.map((word) =>
              word === 'b' ? `b${String(i++)}` : word === 'A' ? 'A' : '(syntax)',
            );
            expect(seen).toEqual([...expected, '|']);
          },
        ),
      );
    });

    it('gives each value out once, and later, where a decoder settles at once and twice', async () => {
      const source = new Subject<Incoming>();
      const seen: string[] = [];
      const decode = ({ data }: Incoming): PromiseLike<string> => ({
        then: (onValue) => {
          void onValue?.(data as string);
          void onValue?.('again');
          return new Promise<never>(() => undefined);
        },
      });
      source.pipe(decodeValues({ name: 'sudden', decode })).subscribe((value) => seen.push(value));
      source.next(text('a'));
      source.next(text('b'));
      expect(seen).toEqual([]);
      await settled();
      expect(seen).toEqual(['a', 'b']);
    });

    it('completes behind the last value, and passes an error at once', async () => {
      const ending = running();
      ending.push('a');
      ending.source.complete();
      expect(ending.seen).toEqual([]);
      ending.waiting[0]!.resolve('a!');
      await settled();
      expect(ending.seen).toEqual(['a!', '|']);

      const failing = running();
      failing.push('a');
      failing.source.error('gone');
      failing.waiting[0]!.resolve('a!');
      await settled();
      expect(failing.seen).toEqual(['# gone']);
    });

    it('emits nothing after it was left, in the middle of what waits too', async () => {
      const { seen, waiting, push, subscription } = running({
        onError: () => {
          seen.push('left');
          subscription.unsubscribe();
        },
      });
      push('a', 'BAD', 'BAD', 'C', 'd');
      waiting[0]!.resolve('a!');
      waiting[1]!.reject('no');
      await settled();
      expect(seen).toEqual(['a!', 'left']);
    });

    it('makes the error notification of what onError throws later', async () => {
      const { seen, waiting, push } = running({
        onError: () => {
          throw 'thrown';
        },
      });
      push('a', 'B');
      waiting[0]!.reject('no');
      await settled();
      expect(seen).toEqual(['# thrown']);
    });

    it('keeps the order where a subscriber makes the source emit', async () => {
      const { decoder, waiting } = slow();
      const source = new Subject<Incoming>();
      const seen: string[] = [];
      source.pipe(decodeValues(decoder)).subscribe({
        next: (value) => {
          if (value === 'a!') {
            source.next(text('C'));
            source.complete();
          }
          seen.push(value);
        },
        complete: () => seen.push('|'),
      });
      source.next(text('a'));
      source.next(text('B'));
      waiting[0]!.resolve('a!');
      await settled();
      expect(seen).toEqual(['a!', 'B', 'C', '|']);
    });

    it('does not decode what is more than may wait, and says so', async () => {
      const { seen, waiting, push } = running({ maxPendingMessages: 2, maxPendingBytes: 6 });
      push('abcdefgh');
      push('i');
      expect(seen).toEqual(['(limit)']);
      waiting[0]!.resolve('1');
      await settled();
      push('abc', 'DEF', 'G', 'h');
      expect(waiting.map(({ data }) => data)).toEqual(['abcdefgh', 'abc']);
      waiting[1]!.resolve('2');
      await settled();
      push('I');
      expect(seen).toEqual(['(limit)', '1', '(limit)', '(limit)', '2', 'DEF', 'I']);
    });
  });

  it.each<[object, string]>([
    [{ onError: 1 }, 'option onError is 1, expected of type function'],
    [
      { maxPendingMessages: 0 },
      'option maxPendingMessages is 0, expected an integer of at least 1, or Infinity',
    ],
    [{ maxPendingByte: 0 }, 'did you mean maxPendingBytes?'],
  ])('refuses the options %j', (options, message) => {
    expect(() => decodeValues(json(), options)).toThrow(message);
  });
});
