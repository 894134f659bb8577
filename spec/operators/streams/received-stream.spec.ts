import {
  concatMap,
  firstValueFrom,
  mergeMap,
  type Observable,
  Subject,
  switchMap,
  take,
  toArray,
} from 'rxjs';
import { collect } from '../../support/collect.js';
import { watchResources } from '../../support/harness.js';
import type { FrameStream, MessageStream } from '../../../src/operators/index.js';
import { told, Writing } from './writing.js';

watchResources();

const once = expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('used once') });

/** The ways to use a stream. */
const USES: readonly (readonly [string, (stream: MessageStream) => Promise<unknown>])[] = [
  ['frames$', ({ frames$ }) => firstValueFrom(frames$.pipe(toArray()))],
  ['chunks$', ({ chunks$ }) => firstValueFrom(chunks$.pipe(toArray()))],
  ['text$', ({ text$ }) => firstValueFrom(text$.pipe(toArray()))],
  ['iteration', (stream) => stream[Symbol.asyncIterator]().next()],
];

function read(writing: Writing): string[] {
  const log: string[] = [];
  writing.stream.chunks$.subscribe(told(log));
  return log;
}

describe('a message as a stream', () => {
  it('tells its type, and gives its frames, each with its chunks', () => {
    const log: unknown[] = [];
    const writing = new Writing('binary');
    expect(writing.stream).toMatchObject({ type: 'binary', compressed: false });
    writing.stream.frames$.subscribe({
      next: (frame) => {
        log.push([frame.fin, frame.opcode, frame.length]);
        frame.chunks$.subscribe(told(log));
      },
      complete: () => log.push('end'),
    });
    writing.frame(['a', 'bc']).frame([]).frame(['d'], true).end();
    expect(log).toEqual([
      ...[[false, 2, 3], 'a', 'bc', '|'],
      ...[[false, 0, 0], '', '|'],
      ...[[true, 0, 1], 'd', '|'],
      'end',
    ]);
    expect(writing.store).toMatchObject({ bytes: 0, things: 0, most: 0 });
  });

  it('gives a frame when its header has come, and its chunks as they come', () => {
    const writing = new Writing();
    const frames = collect(writing.stream.frames$);
    writing.begin(true, 4);
    const log: string[] = [];
    frames.values[0]!.chunks$.subscribe(told(log));
    expect(log).toEqual([]);
    writing.push('ab');
    expect(log).toEqual(['ab']);
    writing.push('cd').endFrame().end();
    expect(log).toEqual(['ab', 'cd', '|']);
  });

  it('gives one empty chunk of a frame that had octets on the wire and has none', () => {
    const writing = new Writing().begin(true, 1).endFrame().end();
    const log: string[] = [];
    writing.stream.frames$.pipe(mergeMap((frame) => frame.chunks$)).subscribe(told(log));
    expect(log).toEqual(['', '|']);
  });

  it('leaves empty frames out of its chunks', () => {
    const log = read(new Writing().frame([]).frame(['a']).frame([]).frame(['b'], true).end());
    expect(log).toEqual(['a', 'b', '|']);
  });

  it('delivers nothing before, and all of it to who comes late', () => {
    const writing = new Writing().frame(['a', 'b']).begin(true, 2).push('c');
    expect(writing.store).toMatchObject({ bytes: 2 * 64 + 3 * 65, things: 5 });
    const log = read(writing);
    expect(log).toEqual(['a', 'b', 'c']);
    expect(writing.store).toMatchObject({ bytes: 0, things: 0 });
    writing.push('d').endFrame().end();
    expect(log).toEqual(['a', 'b', 'c', 'd', '|']);
  });

  it('delivers what has come before it tells of the error', () => {
    const writing = new Writing().frame(['a']).begin().push('b').fail(new Error('gone'));
    const log: string[] = [];
    writing.stream.frames$.pipe(mergeMap((frame) => frame.chunks$)).subscribe(told(log));
    expect(log).toEqual(['a', 'b', '#gone']);
    expect(read(new Writing().frame(['a']).fail(new Error('gone')))).toEqual(['a', '#gone']);
  });

  it('fails the frame that is unfinished, and no frame before it', () => {
    const writing = new Writing();
    const log: string[] = [];
    const frames = collect(writing.stream.frames$);
    writing.frame(['a']).begin().push('b').fail(new Error('gone'));
    frames.values.forEach(({ chunks$ }, i) => chunks$.subscribe(told(log, String(i))));
    expect(log).toEqual(['0a', '0|', '1b', '1#gone']);
    expect(frames.error).toEqual(new Error('gone'));
  });
});

describe.each(USES)('a stream of which %s was used', (_, use) => {
  it.each(USES)('errors with a TypeError when %s is', async (__, useAgain) => {
    const writing = new Writing().frame(['a'], true).end();
    await use(writing.stream);
    await expect(useAgain(writing.stream)).rejects.toEqual(once);
  });

  it('goes on for its reader, whatever a second one does', async () => {
    const writing = new Writing().frame(['a']);
    const reading = use(writing.stream);
    const second = writing.stream[Symbol.asyncIterator]();
    await second.return?.();
    writing.stream.chunks$.subscribe({ error: () => undefined }).unsubscribe();
    writing.frame(['b'], true).end();
    const seen = await reading;
    if (Array.isArray(seen)) expect(seen).toHaveLength(2);
    else expect(seen).toMatchObject({ done: false });
    writing.stream.discard();
    expect(writing.store.things).toBe(0);
  });
});

describe('a frame of a stream', () => {
  it('is used once', () => {
    const frames = collect(new Writing().frame(['a'], true).end().stream.frames$);
    const log: string[] = [];
    frames.values[0]!.chunks$.subscribe(told(log));
    frames.values[0]!.chunks$.subscribe(told(log));
    expect(log).toEqual(['a', '|', expect.stringMatching(/^#a stream is used once/)]);
  });

  it('gives the rest of itself to nobody when it is left, and the message goes on', () => {
    const writing = new Writing();
    const log: string[] = [];
    writing.stream.frames$.pipe(mergeMap((frame) => frame.chunks$.pipe(take(1)))).subscribe(told(log));
    writing.frame(['a', 'b']).frame(['c', 'd'], true).end();
    expect(log).toEqual(['a', 'c', '|']);
    expect(writing.store.things).toBe(0);
  });

  it('is left in the middle of what was held of it', () => {
    const writing = new Writing().frame(['a', 'b', 'c'], true).end();
    const log: string[] = [];
    writing.stream.frames$.pipe(mergeMap((frame) => frame.chunks$.pipe(take(2)))).subscribe(told(log));
    expect(log).toEqual(['a', 'b', '|']);
    expect(writing.store.things).toBe(0);
  });

  it('is empty for who takes it after discard()', () => {
    const writing = new Writing();
    const frames = collect(writing.stream.frames$);
    writing.begin(true).push('a');
    frames.values[0]!.discard();
    expect(writing.store.things).toBe(0);
    const log: string[] = [];
    frames.values[0]!.chunks$.subscribe(told(log));
    writing.push('b').endFrame().end();
    expect(log).toEqual(['|']);
    expect(frames.done).toBe(true);
  });
});

describe('unsubscribing', () => {
  it('from chunks$ drops the rest of the message, what is held of it first', () => {
    const writing = new Writing().frame(['a', 'b']).frame(['c']).begin().push('d');
    const log: string[] = [];
    writing.stream.chunks$.pipe(take(1)).subscribe(told(log));
    expect(log).toEqual(['a', '|']);
    expect(writing.store.things).toBe(0);
    writing.push('e').endFrame().frame(['f'], true).end();
    expect(writing.store.things).toBe(0);
  });

  it('from frames$ drops the frames that were not given out, with their chunks', () => {
    const writing = new Writing().frame(['a']).frame(['b']).begin().push('c');
    const log: string[] = [];
    writing.stream.frames$
      .pipe(
        take(1),
        mergeMap((frame) => frame.chunks$),
      )
      .subscribe(told(log));
    writing.push('d').endFrame().frame(['e'], true).end();
    expect(log).toEqual(['a', '|']);
    expect(writing.store.things).toBe(0);
  });

  it('from frames$ leaves the frames that were given out to who has them', async () => {
    const writing = new Writing();
    const first = firstValueFrom(writing.stream.frames$);
    writing.begin().push('a');
    const frame = await first;
    const log: string[] = [];
    frame.chunks$.subscribe(told(log));
    writing.push('b').endFrame().frame(['c'], true).end();
    expect(log).toEqual(['a', 'b', '|']);
    expect(writing.store.things).toBe(0);
  });

  it('from inside of a chunk that comes ends it there', () => {
    const writing = new Writing();
    const log: string[] = [];
    const subscription = writing.stream.chunks$.subscribe((chunk) => {
      log.push(Buffer.from(chunk).toString());
      subscription.unsubscribe();
    });
    writing.frame(['a', 'b']).frame(['c'], true).end();
    expect(log).toEqual(['a']);
    expect(writing.store.things).toBe(0);
  });

  it('by switchMap drops the rest of each frame when the next one comes', () => {
    const writing = new Writing();
    const log: string[] = [];
    writing.stream.frames$.pipe(switchMap((frame) => frame.chunks$)).subscribe(told(log));
    writing.frame(['a', 'b']).frame(['c', 'd'], true).end();
    expect(log).toEqual(['a', 'b', 'c', 'd', '|']);
    expect(writing.store.things).toBe(0);
  });
});

describe('discard()', () => {
  it('before anybody reads drops what came and what comes; whoever reads then sees it complete, once', () => {
    const writing = new Writing().frame(['a']).begin().push('b');
    writing.stream.discard();
    expect(writing.store.things).toBe(0);
    writing.push('c').endFrame().frame(['d']);
    expect(writing.store.things).toBe(0);
    expect(read(writing)).toEqual(['|']);
    expect(read(writing)).toEqual([expect.stringContaining('used once')]);
    writing.frame([], true).end();
  });

  it('in the middle completes whoever reads', () => {
    for (const inside of [true, false]) {
      const writing = new Writing().begin().push('a');
      const log = read(writing);
      if (!inside) writing.endFrame();
      writing.stream.discard();
      expect(log).toEqual(['a', '|']);
      writing.stream.discard();
      writing.fail(new Error('gone'));
      expect(log).toEqual(['a', '|']);
    }
  });

  it('completes frames$, the frame that is read, and the frames that wait to be', () => {
    const writing = new Writing();
    const log: string[] = [];
    const hold = new Subject<void>();
    writing.stream.frames$
      .pipe(concatMap((frame, i) => (i === 0 ? hold.pipe(concatMap(() => frame.chunks$)) : frame.chunks$)))
      .subscribe(told(log));
    writing.frame(['a']).frame(['b']).begin().push('c');
    expect(writing.store.things).toBe(3);
    writing.stream.discard();
    expect(writing.store.things).toBe(0);
    hold.next();
    hold.complete();
    expect(log).toEqual(['|']);
  });

  it('does not let the reader of one frame go on to the next', () => {
    const writing = new Writing();
    const log: string[] = [];
    const hold = new Subject<void>();
    const late = hold.pipe(take(1));
    writing.stream.frames$
      .pipe(concatMap((frame, i) => (i === 0 ? late.pipe(mergeMap(() => frame.chunks$)) : frame.chunks$)))
      .subscribe({
        ...told(log),
        next: (chunk) => {
          log.push(Buffer.from(chunk).toString());
          writing.stream.discard();
        },
      });
    writing.frame(['a', 'b']).frame(['c'], true).end();
    hold.next();
    expect(log).toEqual(['a', '|']);
    expect(writing.store.things).toBe(0);
  });

  it('after the end drops what is held', () => {
    const writing = new Writing().frame(['a']).frame(['b'], true).end();
    const frames: FrameStream[] = [];
    writing.stream.frames$.subscribe((frame) => frames.push(frame));
    writing.stream.discard();
    expect(writing.store.things).toBe(0);
    const log: string[] = [];
    for (const frame of frames) frame.chunks$.subscribe(told(log));
    expect(log).toEqual(['|', '|']);
  });

  it('from inside of what was held ends it there', () => {
    for (const use of ['chunks$', 'text$'] as const) {
      const writing = new Writing().frame(['a', 'b']).frame(['c']).begin().push('d');
      const log: string[] = [];
      const { next, ...rest } = told(log);
      const values$: Observable<Uint8Array | string> = writing.stream[use];
      values$.subscribe({
        ...rest,
        next: (value: Uint8Array | string) => {
          next(value);
          writing.stream.discard();
        },
      });
      expect(log).toEqual(['a', '|']);
      expect(writing.store.things).toBe(0);
    }
  });

  it('of a frame, from inside of one of its chunks, ends that frame only', () => {
    const writing = new Writing().frame(['a', 'b']).frame(['c'], true).end();
    const log: string[] = [];
    writing.stream.frames$.subscribe((frame) => {
      const { next, ...rest } = told(log);
      frame.chunks$.subscribe({
        ...rest,
        next: (chunk) => {
          next(chunk);
          frame.discard();
        },
      });
    });
    expect(log).toEqual(['a', '|', 'c', '|']);
    expect(writing.store.things).toBe(0);
  });
});

describe('what comes while the held is delivered', () => {
  it('is delivered behind it, and never from inside of it', () => {
    const writing = new Writing().frame(['a', 'b']).begin().push('c');
    const log: string[] = [];
    let depth = 0;
    let more = 3;
    writing.store.onRoom = () => {
      if (more-- > 0) writing.push(String(more)).endFrame().begin();
      else if (more === -1) writing.endFrame().end();
    };
    writing.stream.chunks$.subscribe({
      ...told(log),
      next: (chunk) => {
        expect(depth++).toBe(0);
        log.push(Buffer.from(chunk).toString());
        depth--;
      },
    });
    expect(log).toEqual(['a', 'b', 'c', '2', '1', '0', '|']);
    expect(writing.store.things).toBe(0);
  });

  it('is an error behind all of it', () => {
    const writing = new Writing().frame(['a', 'b']).begin().push('c');
    writing.store.onRoom = () => {
      writing.store.onRoom = undefined;
      writing.push('d').fail(new Error('gone'));
    };
    expect(read(writing)).toEqual(['a', 'b', 'c', 'd', '#gone']);
    expect(writing.store.things).toBe(0);
  });
});
