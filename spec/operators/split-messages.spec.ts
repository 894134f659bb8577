import fc from 'fast-check';
import '../support/seed.js';
import { from, mergeMap, of, pipe, Subject, take, tap } from 'rxjs';
import { defragment, type MessageStream, splitMessages } from '../../src/operators/index.js';
import { type Frame, LimitError, makeFrame, Opcode, ProtocolError } from '../../src/protocol/index.js';
import { conversations } from 'rxwire/testing/arbitraries';
import { collect } from '../support/collect.js';
import { watchResources } from '../support/harness.js';
import { firehose, keepsTheContract, marbles } from '../support/operator-contract.js';
import { frames } from './fragments.js';
import { told } from './streams/writing.js';

watchResources();

const TEXT = { type: 'text', compressed: false } as MessageStream;
const BINARY = { type: 'binary', compressed: false } as MessageStream;
const streams = { a: TEXT, b: TEXT, c: BINARY };
const TRUNCATED = new ProtocolError('the stream ended in the middle of a frame or a message', {
  section: '7.1.1',
  closeCode: 1006,
  code: 'RXWIRE_TRUNCATED',
});
const discarded = tap((stream: MessageStream) => {
  stream.discard();
});

/** What is told of the messages and of their chunks, in order. */
function watch(source: Subject<Frame>, options = {}): { log: string[]; streams: MessageStream[] } {
  const log: string[] = [];
  const seen: MessageStream[] = [];
  source.pipe(splitMessages(options)).subscribe({
    next: (stream) => {
      log.push(stream.type);
      seen.push(stream);
      stream.chunks$.subscribe(told(log, `${seen.length}:`));
    },
    error: (error: Error) => log.push(`#${error.message}`),
    complete: () => log.push('|'),
  });
  return { log, streams: seen };
}

describe('splitMessages', () => {
  keepsTheContract({ operator: () => pipe(splitMessages(), discarded), inputs: frames, outputs: streams });

  it('gives a message with its first frame, whatever control frames come between', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -f-p-m-p-l-a-|', frames);
      const subs = '            ^------------!';
      const expected = '        -a---------a-|';
      expectObservable(source.pipe(splitMessages())).toBe(expected, streams);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('gives its chunks as the frames come', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('      -f-p-m-p-l-a-|', frames);
      const expected = '        -f---m---l-a-|';
      const chunks = source.pipe(
        splitMessages(),
        mergeMap(({ text$ }) => text$),
      );
      expectObservable(chunks).toBe(expected, { f: 'to', m: 'get', l: 'her', a: 'a' });
    });
  });

  it('gives each frame with its header, and an empty one as an empty chunk', () => {
    const seen: unknown[] = [];
    of(
      makeFrame(Opcode.binary, '', { fin: false }),
      makeFrame(Opcode.continuation, 'ab', { fin: false }),
      makeFrame(Opcode.continuation, ''),
    )
      .pipe(
        splitMessages(),
        mergeMap(({ frames$ }) => frames$),
      )
      .subscribe(({ fin, opcode, length, chunks$ }) => {
        chunks$.subscribe((chunk) => seen.push([fin, opcode, length, Buffer.from(chunk).toString()]));
      });
    expect(seen).toEqual([
      [false, 2, 0, ''],
      [false, 0, 2, 'ab'],
      [true, 0, 0, ''],
    ]);
  });

  it('fails at a frame out of order, the unfinished stream too, and leaves the source', () => {
    for (const [wrong, words] of [
      [frames.a, 'new data frame inside a fragmented message, expected a continuation frame'],
      [frames.l, 'continuation frame without a message to continue'],
    ] as const) {
      const source = new Subject<Frame>();
      const { log } = watch(source);
      if (wrong === frames.a) source.next(frames.f);
      source.next(wrong);
      const before = wrong === frames.a ? ['text', '1:to', `1:#${words}`] : [];
      expect(log).toEqual([...before, `#${words}`]);
      expect(source.observed).toBe(false);
    }
  });

  it('fails where the source completes inside a message, the stream too', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a-f-m-|', frames);
      const subs = '            ^------!';
      const expected = '        -a-b---#';
      expectObservable(source.pipe(splitMessages())).toBe(expected, streams, TRUNCATED);
      expectObservable(
        source.pipe(
          splitMessages(),
          mergeMap(({ text$ }) => text$),
        ),
      ).toBe('-a-f-m-#', { a: 'a', f: 'to', m: 'get' }, TRUNCATED);
      expectSubscriptions(source.subscriptions).toBe([subs, subs]);
    });
  });

  it('fails with its source, the unfinished stream first', () => {
    const source = new Subject<Frame>();
    const { log } = watch(source);
    source.next(frames.f);
    source.error(new Error('no luck'));
    expect(log).toEqual(['text', '1:to', '1:#no luck', '#no luck']);
  });

  it('ends the unfinished stream with an error at a Close frame, and ignores what comes behind', () => {
    const source = new Subject<Frame>();
    const { log } = watch(source);
    for (const name of ['a', 'f', 'x', 'l', 'b', 'x'] as const) source.next(frames[name]);
    expect(log).toEqual(['text', '1:a', '1:|', 'text', '2:to', `2:#${TRUNCATED.message}`]);
    source.complete();
    expect(log.at(-1)).toBe('|');
  });

  it('refuses wrong options at once', () => {
    expect(() => splitMessages({ limits: { maxStreamBytes: -1 } })).toThrow(RangeError);
    expect(() => splitMessages({ maxHeldBytes: 0 })).toThrow(RangeError);
    expect(() => splitMessages({ maxHeld: 1 } as never)).toThrow(TypeError);
  });
});

describe('splitMessages that is left in the middle of a message', () => {
  it('keeps the source for whoever reads that message, to its end', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -f-p-m-l-a-|', frames);
      const subs = '            ^------!';
      const expected = '        -f---m-(l|)';
      const first = source.pipe(
        splitMessages(),
        take(1),
        mergeMap(({ text$ }) => text$),
      );
      expectObservable(first).toBe(expected, { f: 'to', m: 'get', l: 'her' });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('keeps it for who comes later', () => {
    const source = new Subject<Frame>();
    const seen = collect(source.pipe(splitMessages(), take(1)));
    source.next(frames.f);
    expect(seen.done).toBe(true);
    source.next(frames.m);
    source.next(frames.l);
    expect(source.observed).toBe(false);
    const log: string[] = [];
    seen.values[0]!.text$.subscribe(told(log));
    expect(log).toEqual(['to', 'get', 'her', '|']);
  });

  it('tells the stream of the end of the source, and of what is wrong', () => {
    for (const [end, message] of [
      [(source: Subject<Frame>) => source.complete(), TRUNCATED.message],
      [(source: Subject<Frame>) => source.error(new Error('no luck')), 'no luck'],
      [(source: Subject<Frame>) => source.next(frames.x), TRUNCATED.message],
    ] as const) {
      const source = new Subject<Frame>();
      const log: string[] = [];
      source
        .pipe(
          splitMessages(),
          take(1),
          mergeMap(({ text$ }) => text$),
        )
        .subscribe(told(log));
      source.next(frames.f);
      end(source);
      expect(log).toEqual(['to', `#${message}`]);
      expect(source.observed).toBe(false);
    }
  });

  it('leaves the source at once when nobody wants that message either', () => {
    const source = new Subject<Frame>();
    const subscription = source.pipe(splitMessages(), discarded).subscribe();
    source.next(frames.f);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });

  it('leaves it with the next frame when the message was dropped later', () => {
    const source = new Subject<Frame>();
    const log: string[] = [];
    source
      .pipe(
        splitMessages(),
        take(1),
        mergeMap(({ text$ }) => text$.pipe(take(1))),
      )
      .subscribe(told(log));
    source.next(frames.f);
    expect(log).toEqual(['to', '|']);
    source.next(frames.m);
    expect(source.observed).toBe(false);
  });
});

describe('splitMessages under a subscriber that makes its source emit', () => {
  it('keeps messages apart and frames in order', () => {
    const source = new Subject<Frame>();
    const log: string[] = [];
    let depth = 0;
    source.pipe(splitMessages()).subscribe({
      next: (stream) => {
        expect(depth++).toBe(0);
        log.push('message');
        stream.text$.subscribe({
          ...told(log),
          next: (text) => {
            log.push(text);
            if (text === 'to') for (const name of ['m', 'l', 'a'] as const) source.next(frames[name]);
          },
        });
        if (log.length === 1) source.next(frames.f);
        depth--;
      },
      complete: () => log.push('end'),
    });
    source.next(frames.b);
    source.complete();
    const wanted = ['message', 'b', '|', 'message', 'to', 'get', 'her', '|', 'message', 'a', '|', 'end'];
    expect(log).toEqual(wanted);
  });
});

describe('the limits of splitMessages', () => {
  it('are those of streams: neither maxMessageBytes nor maxFragments holds', () => {
    const source = new Subject<Frame>();
    const { log } = watch(source, { limits: { maxMessageBytes: 1, maxFragments: 1 } });
    for (const name of ['f', 'm', 'l'] as const) source.next(frames[name]);
    expect(log).toEqual(['text', '1:to', '1:get', '1:her', '1:|']);
  });

  it.each([
    [{ maxStreamBytes: 4 }, 'maxStreamBytes'],
    [{ maxFrameBytes: 2 }, 'maxFrameBytes'],
  ])('fail over %j, the stream too', (limits, option) => {
    const source = new Subject<Frame>();
    const errors: unknown[] = [];
    source.pipe(splitMessages({ limits })).subscribe({
      next: ({ chunks$ }) => chunks$.subscribe({ error: (error: unknown) => errors.push(error) }),
      error: (error: unknown) => errors.push(error),
    });
    source.next(frames.f);
    source.next(frames.m);
    expect(errors).toEqual([
      expect.objectContaining({ name: 'LimitError', option, closeCode: 1009 }),
      expect.objectContaining({ name: 'LimitError', option, closeCode: 1009 }),
    ]);
    expect(source.observed).toBe(false);
  });

  it('fail what nobody reads at maxHeldBytes, and what was held can be read', () => {
    const source = new Subject<Frame>();
    const seen = collect(source.pipe(splitMessages({ maxHeldBytes: 3 * (2 * 64 + 1) })));
    for (const name of ['a', 'b', 'c'] as const) source.next(frames[name]);
    expect(seen.done).toBe(false);
    source.next(frames.b);
    expect(seen.error).toBeInstanceOf(LimitError);
    expect(seen.error).toMatchObject({ option: 'maxHeldBytes', limit: 387, closeCode: 1009 });
    expect(source.observed).toBe(false);
    const logs = seen.values.map((stream) => {
      const log: string[] = [];
      stream.chunks$.subscribe(told(log));
      return log;
    });
    const failed = [expect.stringContaining('maxHeldBytes')];
    expect(logs).toEqual([['a', '|'], ['b', '|'], ['c', '|'], failed]);
  });

  it('let through any number of messages that are read', () => {
    const { source } = firehose(frames.a, 10_000);
    const seen: string[] = [];
    source
      .pipe(
        splitMessages({ maxHeldBytes: 1 }),
        mergeMap(({ text$ }) => text$),
      )
      .subscribe((text) => seen.push(text));
    expect(seen).toHaveLength(10_000);
  });

  it('do not count twice what an iterator takes over', async () => {
    const source = new Subject<Frame>();
    const bytes = 64 + 64 + 1000;
    const seen = collect(source.pipe(splitMessages({ maxHeldBytes: bytes })));
    source.next(makeFrame(Opcode.binary, Buffer.alloc(1000)));
    let size = 0;
    for await (const chunk of seen.values[0]!) size += chunk.length;
    expect(size).toBe(1000);
  });
});

describe('the messages of splitMessages', () => {
  it('are those of defragment, when their chunks are joined', () => {
    fc.assert(
      fc.property(conversations(), ({ frames: given }) => {
        const wanted: unknown[] = [];
        from(given)
          .pipe(defragment({ textAs: 'bytes' }))
          .subscribe(({ type, data }) => wanted.push([type, Buffer.from(data).toString('hex')]));
        const seen: [string, string][] = [];
        const byFrames: [string, string][] = [];
        const messages$ = from(given).pipe(splitMessages());
        messages$.subscribe(({ type, chunks$ }) => {
          const entry: [string, string] = [type, ''];
          seen.push(entry);
          chunks$.subscribe((chunk) => (entry[1] += Buffer.from(chunk).toString('hex')));
        });
        messages$.subscribe(({ type, frames$ }) => {
          const entry: [string, string] = [type, ''];
          byFrames.push(entry);
          frames$
            .pipe(mergeMap(({ chunks$ }) => chunks$))
            .subscribe((chunk) => (entry[1] += Buffer.from(chunk).toString('hex')));
        });
        expect(seen).toEqual(wanted);
        expect(byFrames).toEqual(wanted);
      }),
    );
  });
});
