import fc from 'fast-check';
import { type Observable, Subject, takeUntil } from 'rxjs';
import '../../support/seed.js';
import { watchResources } from '../../support/harness.js';
import type { FrameStream } from '../../../src/operators/index.js';
import { Writing } from './writing.js';

watchResources();

/** One thing that happens to a stream. */
type Act = 'write' | 'read' | 'ask' | 'leave' | 'discard' | 'readFrame' | 'leaveFrame' | 'discardFrame';

interface Step {
  readonly act: Act;
  /** Which frame. */
  readonly at: number;
  /** Done when the next chunk or frame is delivered, from inside of that. */
  readonly inside: boolean;
}

const WAYS = ['frames', 'chunks', 'text', 'iteration'] as const;
type Way = (typeof WAYS)[number];

const steps = fc.array(
  fc.record({
    act: fc.oneof(
      { arbitrary: fc.constantFrom<Act>('write'), weight: 5 },
      { arbitrary: fc.constantFrom<Act>('read', 'ask', 'readFrame'), weight: 3 },
      fc.constantFrom<Act>('leave', 'discard', 'leaveFrame', 'discardFrame'),
    ),
    at: fc.nat(5),
    inside: fc.boolean(),
  }),
  { maxLength: 40 },
);
/** Chunks of each frame. */
const shapes = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 });

/** A stream that is written, read and left in any order; each chunk has a number of its own. */
class Play {
  readonly writing = new Writing('binary');
  /** What the reader of the message got. */
  readonly seen: number[] = [];
  /** What the readers of the frames got, by frame. */
  readonly seenOf: Map<FrameStream, number[]> = new Map();
  readonly wantedOf: number[][] = [];
  readonly wanted: number[] = [];
  ended: 'completed' | 'failed' | undefined;
  isRead = false;
  /** Whether somebody has left or dropped anything. */
  isCut = false;
  readonly #script: (() => void)[] = [];
  readonly #way: Way;
  readonly #frames: FrameStream[] = [];
  /** How to leave each frame that is read. */
  readonly #readers: Map<FrameStream, Subject<void>> = new Map();
  readonly #inside: Step[] = [];
  readonly #left: Subject<void> = new Subject();
  #iterator: AsyncIterator<Uint8Array, undefined> | undefined;
  #isWriting = false;
  #depth = 0;

  constructor(way: Way, shape: readonly number[], fails: boolean) {
    this.#way = way;
    const { writing } = this;
    let number = 0;
    shape.forEach((chunks, i) => {
      const frame: number[] = [];
      this.wantedOf.push(frame);
      this.#script.push(() => writing.begin(i === shape.length - 1, chunks));
      for (let j = 0; j < chunks; j++) {
        const own = number++;
        this.#script.push(() => {
          frame.push(own);
          this.wanted.push(own);
          writing.push(Buffer.of(own));
        });
      }
      if (!fails || i < shape.length - 1) this.#script.push(() => writing.endFrame());
    });
    this.#script.push(() => (fails ? writing.fail(new Error('gone')) : writing.end()));
    // As a window does: room lets more come, but never from inside of what comes.
    writing.store.onRoom = () => this.write();
  }

  write(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#script.shift()?.();
    this.#isWriting = false;
  }

  writeAll(): void {
    while (this.#script.length > 0) this.write();
  }

  do(step: Step): void {
    if (step.inside) this.#inside.push(step);
    else this.#act(step);
  }

  /** Takes what is left of it, as somebody who is careful would. */
  async finish(): Promise<void> {
    this.writeAll();
    while (this.#iterator !== undefined && this.ended === undefined) await this.#ask();
    for (const frame of this.#frames) if (!this.#readers.has(frame)) this.#readFrame(frame);
  }

  #act({ act, at }: Step): void {
    const { stream } = this.writing;
    const frame = this.#frames[at];
    if (act === 'write') this.write();
    else if (act === 'read') this.#read();
    else if (act === 'ask') void this.#ask();
    else if (act === 'readFrame' && frame !== undefined) this.#readFrame(frame);
    else if (act === 'leave' && this.isRead) this.#cut(() => this.#leave());
    else if (act === 'discard') this.#cut(() => stream.discard());
    else if (act === 'leaveFrame' && frame !== undefined) {
      this.#cut(() => this.#readers.get(frame)?.next());
    } else if (act === 'discardFrame' && frame !== undefined) this.#cut(() => frame.discard());
  }

  #cut(cut: () => void): void {
    this.isCut = true;
    cut();
  }

  #leave(): void {
    this.#left.next();
    void this.#iterator?.return?.();
  }

  #read(): void {
    if (this.isRead) return;
    this.isRead = true;
    const { stream } = this.writing;
    const ends = {
      error: () => void (this.ended = 'failed'),
      complete: () => void (this.ended = 'completed'),
    };
    if (this.#way === 'iteration') {
      this.#iterator = stream[Symbol.asyncIterator]();
    } else if (this.#way === 'frames') {
      stream.frames$.pipe(takeUntil(this.#left)).subscribe({
        ...ends,
        next: (frame) => {
          this.#frames.push(frame);
          this.#within();
        },
      });
    } else {
      const values$ = this.#way === 'text' ? stream.text$ : stream.chunks$;
      const left$ = this.#left;
      (values$ as Observable<Uint8Array | string>)
        .pipe(takeUntil(left$))
        .subscribe({ ...ends, next: (value) => this.#take(value, this.seen) });
    }
  }

  async #ask(): Promise<void> {
    try {
      const result = await this.#iterator?.next();
      if (result?.done === true) this.ended ??= 'completed';
      else if (result !== undefined) this.#take(result.value, this.seen);
    } catch {
      this.ended = 'failed';
    }
  }

  #readFrame(frame: FrameStream): void {
    if (this.#readers.has(frame)) return;
    const seen: number[] = [];
    this.seenOf.set(frame, seen);
    const left$ = new Subject<void>();
    this.#readers.set(frame, left$);
    frame.chunks$.pipe(takeUntil(left$)).subscribe({
      next: (chunk) => this.#take(chunk, seen),
      error: () => undefined,
    });
  }

  #take(value: Uint8Array | string, into: number[]): void {
    into.push(...Buffer.from(value as Uint8Array));
    this.#within();
  }

  #within(): void {
    if (this.#way !== 'frames') expect(this.#depth).toBe(0);
    this.#depth++;
    const step = this.#inside.shift();
    if (step !== undefined && step.act !== 'read') this.#act(step);
    this.#depth--;
  }
}

describe.each(WAYS)('a stream that is used as %s, under any interleaving', (way) => {
  const property = (check: (play: Play) => void): fc.IAsyncProperty<unknown[]> =>
    fc.asyncProperty(steps, shapes, fc.boolean(), async (todo, shape, fails) => {
      const play = new Play(way, shape, fails);
      for (const step of todo) play.do(step);
      await play.finish();
      check(play);
    });

  it('releases everything that it held, once', async () => {
    await fc.assert(
      property(({ writing: { store, stream }, isRead }) => {
        if (!isRead) stream.discard();
        expect({ bytes: store.bytes, things: store.things }).toEqual({ bytes: 0, things: 0 });
      }),
    );
  });

  it('gives what came, in order, and all of it when nobody leaves', async () => {
    await fc.assert(
      property(({ seen, seenOf, wanted, wantedOf, isCut, isRead, ended }) => {
        const frames = [...seenOf.values()];
        if (way === 'frames') {
          frames.forEach((part) => {
            const frame = wantedOf.find((each) => part.length === 0 || each.includes(part[0]!)) ?? [];
            expect(part).toEqual(frame.slice(0, part.length));
            if (!isCut) expect(part).toHaveLength(part.length === 0 ? 0 : frame.length);
          });
          if (!isCut && isRead) expect(frames.flat().sort((a, b) => a - b)).toEqual(wanted);
        } else {
          expect(seen).toEqual(wanted.slice(0, seen.length));
          if (!isCut && isRead) expect(seen).toEqual(wanted);
        }
        if (!isCut && isRead) expect(ended).toBeDefined();
      }),
    );
  });
});
