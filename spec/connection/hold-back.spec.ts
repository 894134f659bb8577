import fc from 'fast-check';
import '../support/seed.js';
import { Opcode } from '../../src/index.js';
import type { Overflow, MessageSink } from '../../src/index.js';
import { type WireFrame } from 'rxwire/testing';
import { CLOSE, PONG, TEXT } from '../support/wire-frames.js';
import { WayOutByHand } from './way-out.js';

type Command =
  | { readonly do: 'send'; readonly size: number; readonly key: number }
  | { readonly do: 'control' | 'flush' | 'turn' | 'take' | 'take all' }
  | { readonly do: 'open' | 'write' | 'end' };

const send = fc.record({
  do: fc.constant('send' as const),
  size: fc.integer({ min: 8, max: 60 }),
  key: fc.nat(3),
});
const others = fc.constantFrom<Command>(
  { do: 'control' },
  { do: 'flush' },
  { do: 'turn' },
  { do: 'turn' },
  { do: 'take' },
  { do: 'take all' },
);
const whole: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: send, weight: 3 },
  { arbitrary: others, weight: 2 },
);
const inParts = fc.constantFrom<Command>({ do: 'open' }, { do: 'write' }, { do: 'write' }, { do: 'end' });
const mixed: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: whole, weight: 3 },
  { arbitrary: inParts, weight: 1 },
);

const HEADER_BYTES = 2;
const HIGH = 100;

const keyOf = (message: unknown): string => String(message).split(':', 2)[1] ?? '';
const POLICIES: Readonly<Record<string, Overflow>> = {
  dropNewest: 'dropNewest',
  dropOldest: 'dropOldest',
  latest: { latest: keyOf },
};

/** What was sent, step by step, and what became of it. */
class Course extends WayOutByHand {
  /** Of every message: its number, its key and padding. */
  readonly messages: string[] = [];
  /** Octets of everything that was sent, in frames. */
  sentBytes = 0;
  controls = 0;
  parts = 0;
  readonly flushes: { readonly messages: number; takenBytes: number | undefined }[] = [];
  #sink: MessageSink | undefined;

  step(command: Command): void {
    switch (command.do) {
      case 'send':
        this.#send(command.size, command.key);
        break;
      case 'control':
        this.out.sender.control(Opcode.pong, Buffer.of(this.controls++));
        this.sentBytes += HEADER_BYTES + 1;
        break;
      case 'flush':
        this.#flush();
        break;
      case 'turn':
        this.endTurn();
        break;
      case 'take':
        this.transport.takeFirst();
        break;
      case 'take all':
        this.transport.take();
        break;
      case 'open':
        this.#sink ??= this.out.sinks.open('binary', undefined);
        break;
      case 'write':
        if (this.#sink?.write(Buffer.from(`part ${String(this.parts)}`)) !== undefined) this.parts++;
        break;
      case 'end':
        this.#sink?.end();
        this.#sink = undefined;
        break;
    }
  }

  /** Ends what is open, closes and lets everything go on. */
  finish(): void {
    this.step({ do: 'end' });
    this.out.sender.inTurn(() => {
      this.out.sender.control(Opcode.close, Buffer.of(3, 232));
    });
    this.drain();
  }

  #send(size: number, key: number): void {
    const message = `${String(this.messages.length)}:${String(key)}:`.padEnd(size, '.');
    this.messages.push(message);
    this.sentBytes += HEADER_BYTES + message.length;
    this.out.outlet.send(message);
  }

  #flush(): void {
    const flush: Course['flushes'][number] = { messages: this.messages.length, takenBytes: undefined };
    this.flushes.push(flush);
    void this.out.outlet.flush().then((flushed) => {
      if (flushed) flush.takenBytes = this.takenBytes;
    });
  }
}

const texts = (frames: readonly WireFrame[]): string[] =>
  frames.filter(({ opcode, fin }) => opcode === TEXT && fin).map(({ payload }) => payload.toString());
const numberOf = (message: string): number => Number.parseInt(message, 10);

/** What holds whatever is done: nothing is lost or changed but what is counted, and the order stays. */
function expectSense(course: Course): void {
  const frames = course.frames;
  const { outlet } = course.out;
  const arrived = texts(frames);
  expect(arrived.every((text) => text === course.messages[numberOf(text)])).toBe(true);
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(arrived.length + outlet.droppedMessages).toBe(course.messages.length);
  const dropped = course.messages.filter((message) => !arrived.includes(message));
  expect(outlet.droppedBytes).toBe(dropped.reduce((sum, { length }) => sum + length, 0));
  const controls = frames.filter(({ opcode }) => opcode === PONG).map(({ payload }) => payload[0]);
  expect(controls).toEqual(Array.from({ length: course.controls }, (_, i) => i));
  expect(frames.at(-1)?.opcode).toBe(CLOSE);
  expect(outlet.bufferedBytes).toBe(0);
}

describe.each(Object.keys(POLICIES))('overflow %s, whatever is done', (name) => {
  const overflow = POLICIES[name]!;
  const isKeyed = typeof overflow === 'object';
  const bounds = fc.integer({ min: 60, max: 600 });

  it('counts what is on its way to the octet, within the bound, and sends the rest in order', async () => {
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(whole, { maxLength: 80 }), async (maxBufferedBytes, commands) => {
        const course = new Course({ overflow, maxBufferedBytes, sendHighWaterBytes: HIGH });
        const { outlet } = course.out;
        for (const command of commands) {
          const before = outlet.bufferedBytes;
          course.step(command);
          await Promise.resolve();
          const droppedBytes = outlet.droppedBytes + HEADER_BYTES * outlet.droppedMessages;
          expect(outlet.bufferedBytes).toBe(course.sentBytes - course.takenBytes - droppedBytes);
          if (command.do !== 'send') continue;
          const alone = before === 0 ? HEADER_BYTES + command.size : 0;
          // The header of a message that goes to the transport at once is not counted before it is there.
          expect(outlet.bufferedBytes).toBeLessThanOrEqual(
            Math.max(maxBufferedBytes + HEADER_BYTES, alone, before),
          );
        }
        course.finish();
        await Promise.resolve();
        expectSense(course);
        expect(course.failures).toEqual([]);
        const arrived = texts(course.frames);
        if (!isKeyed) expect(arrived).toEqual(arrived.toSorted((a, b) => numberOf(a) - numberOf(b)));
        for (const { messages, takenBytes } of course.flushes) {
          expect(takenBytes).toBeDefined();
          const frames = course.frames.filter(({ opcode }) => opcode === TEXT);
          const last = frames.findLastIndex(({ payload }) => numberOf(payload.toString()) < messages);
          const end = endOf(course.frames, frames[last]);
          // A message that has taken the place of an older one goes before the flush.
          if (!isKeyed) expect(takenBytes).toBeGreaterThanOrEqual(end);
        }
      }),
    );
  });

  it('keeps messages that are sent frame by frame whole, in their place among others', () => {
    fc.assert(
      fc.property(bounds, fc.array(mixed, { maxLength: 80 }), (maxBufferedBytes, commands) => {
        // With room for all the parts there are: a bound on these closes.
        const course = new Course({
          overflow,
          maxBufferedBytes: maxBufferedBytes + 1000,
          sendHighWaterBytes: HIGH,
        });
        for (const command of commands) course.step(command);
        course.finish();
        expectSense(course);
        const parts: string[] = [];
        let inside = false;
        for (const { opcode, fin, payload } of course.frames) {
          if (opcode >= CLOSE) continue;
          expect(opcode === 0).toBe(inside);
          inside = !fin;
          if (payload.toString().startsWith('part')) parts.push(payload.toString());
        }
        // Parts for which there is no room are the end of the connection, and are not in what arrives.
        const written = Array.from({ length: course.parts }, (_, i) => `part ${String(i)}`);
        if (course.overflows.length === 0) expect(parts).toEqual(written);
        else expect(parts.every((part) => written.includes(part))).toBe(true);
      }),
    );
  });

  if (!isKeyed) return;

  it('brings the newest of every key, and no older one behind it, unless it overflows', () => {
    fc.assert(
      fc.property(bounds, fc.array(whole, { maxLength: 80 }), (maxBufferedBytes, commands) => {
        const course = new Course({ overflow, maxBufferedBytes, sendHighWaterBytes: HIGH });
        for (const command of commands) course.step(command);
        course.finish();
        const arrived = texts(course.frames);
        for (const key of ['0', '1', '2', '3']) {
          const numbers = arrived.filter((text) => keyOf(text) === key).map(numberOf);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          const newest = course.messages.findLast((message) => keyOf(message) === key);
          if (course.overflows.length === 0) {
            expect(numbers.at(-1)).toBe(newest === undefined ? undefined : numberOf(newest));
          }
        }
      }),
    );
  });
});

/** Where a frame of a server ends on the wire. */
function endOf(frames: readonly WireFrame[], last: WireFrame | undefined): number {
  if (last === undefined) return 0;
  const count = frames.findIndex(({ payload }) => payload.equals(last.payload)) + 1;
  return frames.slice(0, count).reduce((sum, { payload }) => sum + HEADER_BYTES + payload.length, 0);
}
