import { decodeMessages } from '../../src/operators/index.js';
import { encodeFrame, type Frame, makeFrame, Opcode } from '../../src/protocol/index.js';
import { byteByByte } from 'rxwire/testing';
import { messageDecoder } from '../support/decoding.js';
import { Subject } from 'rxjs';

/**
 * Runs `work` and counts what could grow faster than the input: octets copied and allocated, and the elements of lists
 * that are moved. A count, unlike a clock, is the same on every machine.
 */
function countWork(work: () => void): number {
  let count = 0;
  const undo = [
    counting(Buffer.prototype, 'copy', (result) => (count += result as number)),
    counting(Buffer, 'allocUnsafeSlow', (result) => (count += (result as Buffer).length)),
    counting(Buffer, 'from', () => count++),
    counting(Array.prototype, 'shift', (_, self) => (count += (self as unknown[]).length)),
    counting(Array.prototype, 'splice', (_, self) => (count += (self as unknown[]).length)),
  ];
  try {
    work();
  } finally {
    for (const restore of undo) restore();
  }
  return count;
}

function counting(owner: object, name: string, note: (result: unknown, self: unknown) => void): () => void {
  const methods = owner as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[name]!;
  methods[name] = function (this: unknown, ...args) {
    const result = original.apply(this, args);
    note(result, this);
    return result;
  };
  return () => {
    methods[name] = original;
  };
}

const SIZE = 20_000;

/** The work for an input twice as long, over that for the input: 2 where it is linear, 4 where it is quadratic. */
function growth(
  decode: (chunks: readonly Uint8Array[]) => number,
  make: (size: number) => Uint8Array,
): number {
  const workFor = (size: number): number => {
    const chunks = byteByByte(make(size));
    let messages = 0;
    const work = countWork(() => (messages = decode(chunks)));
    expect(messages).toBeGreaterThan(0);
    return work;
  };
  return workFor(2 * SIZE) / workFor(SIZE);
}

const { text, binary, continuation } = Opcode;

function wire(frames: readonly Frame[]): Uint8Array {
  return new Uint8Array(Buffer.concat(frames.map((frame) => encodeFrame(frame))));
}

const STREAMS: readonly (readonly [string, (size: number) => Uint8Array])[] = [
  ['one message', (size) => wire([makeFrame(binary, new Uint8Array(size))])],
  ['one message of ASCII', (size) => wire([makeFrame(text, 'a'.repeat(size))])],
  ['one message of other text', (size) => wire([makeFrame(text, 'é'.repeat(size / 2))])],
  ['many messages', (size) => wire(Array.from({ length: size / 4 }, () => makeFrame(text, 'ab')))],
  [
    'many fragments',
    (size) =>
      wire(
        Array.from({ length: size / 4 }, (_, index) =>
          makeFrame(index === 0 ? binary : continuation, 'ab', { fin: index === size / 4 - 1 }),
        ),
      ),
  ],
];

describe('the work for chunks of one octet', () => {
  it.each(STREAMS)('grows with the input and no faster: %s', (_, make) => {
    const pushAndAsk = (chunks: readonly Uint8Array[]): number => {
      const decoder = messageDecoder({ role: 'client' });
      let messages = 0;
      for (const chunk of chunks) {
        decoder.push(chunk);
        while (decoder.next(false) !== undefined) messages++;
      }
      return messages;
    };
    expect(growth(pushAndAsk, make)).toBeLessThan(2.5);
  });

  it.each(STREAMS)('grows no faster where they wait before they are decoded: %s', (_, make) => {
    const pushThenAsk = (chunks: readonly Uint8Array[]): number => {
      const decoder = messageDecoder({ role: 'client' });
      let messages = 0;
      for (const chunk of chunks) decoder.push(chunk);
      while (decoder.next(false) !== undefined) messages++;
      return messages;
    };
    expect(growth(pushThenAsk, make)).toBeLessThan(2.5);
  });

  it.each(STREAMS)('grows no faster where a subscriber makes them come: %s', (_, make) => {
    const fromInside = (chunks: readonly Uint8Array[]): number => {
      const source = new Subject<Uint8Array>();
      let messages = 0;
      source.pipe(decodeMessages({ role: 'client' })).subscribe(() => {
        if (messages++ > 0) return;
        for (const chunk of chunks) source.next(chunk);
      });
      source.next(wire([makeFrame(text, 'go')]));
      return messages - 1;
    };
    expect(growth(fromInside, make)).toBeLessThan(2.5);
  });

  it('is bounded in memory for 100,000 of them', () => {
    const chunks = byteByByte(wire([makeFrame(binary, new Uint8Array(100_000))]));
    const decoder = messageDecoder({ role: 'client' });
    const work = countWork(() => {
      for (const chunk of chunks) {
        decoder.push(chunk);
        decoder.next(false);
      }
    });
    // Each octet is copied in, copied together and copied out, in memory of at most twice its size.
    expect(work).toBeLessThan(8 * 100_000);
  });
});
