import fc from 'fast-check';
import '../support/seed.js';
import type { MessageStream } from '../../src/index.js';
import { ReceiveWindow } from '../../src/connection/receive-window.js';
import { afterTest, watchResources } from '../support/harness.js';
import { nextTurn } from '../support/turns.js';
import { BINARY, wire } from '../support/wire-frames.js';
import { Fed } from './fed.js';

watchResources();

const HIGH = 4000;
const MARKS = { receiveHighWaterBytes: HIGH, receiveLowWaterBytes: 500 } as const;
/** What a message, a frame and a chunk cost beside their octets. */
const OVERHEAD = 64;

/** Far more than it takes to read everything. */
const MOST_TURNS = 10_000;

/** What all receive windows count. */
const held = { bytes: 0, things: 0, most: 0 };

/** Looks on at what is counted. */
function lookOn(): void {
  const { hold, release } = ReceiveWindow.prototype;
  ReceiveWindow.prototype.hold = function (bytes) {
    held.bytes += bytes;
    held.things++;
    held.most = Math.max(held.most, held.bytes);
    hold.call(this, bytes);
  };
  ReceiveWindow.prototype.release = function (bytes) {
    held.bytes -= bytes;
    held.things--;
    expect(Math.min(held.bytes, held.things)).toBeGreaterThanOrEqual(0);
    release.call(this, bytes);
  };
  afterTest(() => Object.assign(ReceiveWindow.prototype, { hold, release }));
}

beforeEach(lookOn);

/** A stream that was given out, and what was made of it. */
class Given {
  readonly #stream: MessageStream;
  readonly content: number[] = [];
  ended = false;
  dropped = false;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #isSubscribed = false;

  constructor(stream: MessageStream) {
    this.#stream = stream;
  }

  get open(): boolean {
    return !this.ended && !this.dropped;
  }

  async ask(): Promise<void> {
    if (this.#isSubscribed) return;
    this.#iterator ??= this.#stream[Symbol.asyncIterator]();
    const result = await this.#iterator.next();
    if (result.done === true) this.ended = true;
    else this.content.push(...result.value);
  }

  subscribe(): void {
    if (this.#iterator !== undefined || this.#isSubscribed) return;
    this.#isSubscribed = true;
    this.#stream.chunks$.subscribe({
      next: (chunk) => void this.content.push(...chunk),
      complete: () => (this.ended = true),
    });
  }

  discard(): void {
    this.dropped = true;
    this.#stream.discard();
  }

  return(): void {
    if (this.#isSubscribed) return;
    this.dropped = true;
    void (this.#iterator ?? this.#stream[Symbol.asyncIterator]()).return?.();
  }

  /** Takes the rest, in whatever way it was begun. */
  async finish(): Promise<void> {
    if (this.#iterator === undefined) this.subscribe();
    else while (this.open) await this.ask();
  }
}

type Act = 'write' | 'ask' | 'subscribe' | 'discard' | 'return' | 'claim' | 'leave';

const reading = fc.oneof(
  { arbitrary: fc.constantFrom<Act>('write', 'ask'), weight: 6 },
  fc.constantFrom<Act>('subscribe', 'discard', 'return'),
);
const claiming = fc.oneof({ arbitrary: reading, weight: 4 }, fc.constantFrom<Act>('claim', 'leave'));
const steps = (acts: fc.Arbitrary<Act>): fc.Arbitrary<readonly (readonly [Act, number])[]> =>
  fc.array(fc.tuple(acts, fc.nat(3)), { maxLength: 120 });
/** The lengths of the frames of each message. */
const shapes = fc.array(fc.array(fc.nat(1500), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 12,
});
const cuts = fc.integer({ min: 1, max: 2000 });

/** A connection that is written to, read and left in any order. */
class Play {
  readonly given: Given[] = [];
  readonly #fed = new Fed(MARKS);
  #leave: (() => void) | undefined;

  constructor(messages: readonly (readonly number[])[], cut: number) {
    const frames = messages.flatMap((sizes, m) =>
      sizes.map((size, i) =>
        wire(i === 0 ? BINARY : 0, Buffer.alloc(size, m), { fin: i === sizes.length - 1 }),
      ),
    );
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += cut) this.#fed.push(bytes.subarray(at, at + cut));
    this.#claim();
  }

  async do(act: Act, at: number): Promise<void> {
    const given = this.given.filter(({ open }) => open)[at];
    if (act === 'write') this.#fed.writeOne();
    else if (act === 'claim') this.#claim();
    else if (act === 'leave') this.#leave?.();
    else if (act === 'ask') void given?.ask();
    else given?.[act]();
    await microtasks();
  }

  /** Takes everything that is left. */
  async finish(): Promise<void> {
    this.#claim();
    // What was held is given out in a microtask.
    await microtasks();
    let isMore = true;
    for (let turn = 0; isMore && turn < MOST_TURNS; turn++) {
      for (const given of this.given) if (given.open) void given.finish();
      // Loops go on until nothing is held for them any more; what that made room for may be further messages.
      await nextTurn();
      isMore = this.#fed.writeMany() > 0 || this.given.some(({ open }) => open);
    }
    expect([this.#fed.left, this.#fed.paused]).toEqual([0, false]);
  }

  #claim(): void {
    if (this.#leave !== undefined) return;
    const subscription = this.#fed.connection.streams$.subscribe((stream) => {
      this.given.push(new Given(stream));
    });
    this.#leave = () => {
      subscription.unsubscribe();
      this.#leave = undefined;
    };
  }
}

async function microtasks(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** Plays it, and looks at everything that was received. */
async function play(
  todo: readonly (readonly [Act, number])[],
  messages: readonly (readonly number[])[],
  cut: number,
): Promise<void> {
  Object.assign(held, { bytes: 0, things: 0, most: 0 });
  const playing = new Play(messages, cut);
  for (const [act, at] of todo) await playing.do(act, at);
  await playing.finish();
  expect(playing.given).toHaveLength(messages.length);
  playing.given.forEach(({ ended, dropped, content }, m) => {
    const size = messages[m]!.reduce((sum, length) => sum + length, 0);
    expect(ended || dropped).toBe(true);
    expect(content.every((octet) => octet === m)).toBe(true);
    if (!dropped) expect(content).toHaveLength(size);
  });
  expect(held).toMatchObject({ bytes: 0, things: 0 });
}

describe('what streams hold, under any interleaving of writing, reading, leaving and discarding', () => {
  it('is never more than the mark and one chunk; all is received, in order, and given back', async () => {
    await fc.assert(
      fc.asyncProperty(steps(reading), shapes, cuts, async (todo, messages, cut) => {
        await play(todo, messages, cut);
        expect(held.most).toBeLessThan(HIGH + cut + OVERHEAD);
      }),
    );
  });

  it('is never more than the mark and one message where claims come and go, each message given once', async () => {
    await fc.assert(
      fc.asyncProperty(steps(claiming), shapes, cuts, async (todo, messages, cut) => {
        await play(todo, messages, cut);
        const sizes = messages.map((sizes) => sizes.reduce((sum, length) => sum + length, 0));
        // A message that was held counts twice while it is being given out: as it was, and as its frame and chunk.
        expect(held.most).toBeLessThan(HIGH + 2 * Math.max(...sizes) + 3 * OVERHEAD);
      }),
    );
  });
});
