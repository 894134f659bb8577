import { constants, createInflateRaw, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { numRuns } from '../../support/seed.js';
import { Deflater, type DeflaterOptions } from '../../../src/protocol/permessage-deflate/deflater.js';
import { Inflater } from '../../../src/protocol/permessage-deflate/inflater.js';
import { ZlibLanes } from '../../../src/protocol/permessage-deflate/zlib-lanes.js';
import { cutInto, plaintext, push, through, throughSession, way } from './sessions.js';

const DEFAULTS: DeflaterOptions = {
  windowBits: 12,
  level: 5,
  memLevel: 5,
  takeover: true,
  thresholdBytes: 64,
  lanes: new ZlibLanes(),
};

function deflater(options: Partial<DeflaterOptions> = {}): Deflater {
  return new Deflater({ ...DEFAULTS, ...options });
}

function inflater({ windowBits = 12, takeover = true } = {}): Inflater {
  return new Inflater({ windowBits, takeover, lanes: DEFAULTS.lanes });
}

const settings = fc.record({
  windowBits: fc.integer({ min: 9, max: 15 }),
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  takeover: fc.boolean(),
});

const messages = fc.array(fc.record({ plain: plaintext, sent: way, read: way, compressed: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

/** A zlib stream as another implementation has it: one for the connection, with exactly the agreed window. */
class PersistentInflater {
  readonly #stream;
  #parts: Buffer[] = [];
  #failed: (error: Error) => void = () => {};

  constructor(windowBits: number) {
    this.#stream = createInflateRaw({ windowBits });
    this.#stream.on('data', (part: Buffer) => this.#parts.push(part));
    this.#stream.on('error', (error) => this.#failed(error));
  }

  read(payload: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#failed = reject;
      this.#parts = [];
      this.#stream.write(Buffer.concat([payload, Buffer.from('0000ffff', 'hex')]), () => {
        resolve(Buffer.concat(this.#parts));
      });
    });
  }

  close(): void {
    this.#stream.close();
  }
}

describe('a Deflater', () => {
  it('is undone by an Inflater, whole and in pieces, with uncompressed messages in between', async () => {
    await fc.assert(
      fc.asyncProperty(settings, messages, async (options, sequence) => {
        const [sender, receiver] = [deflater(options), inflater(options)];
        for (const { plain, sent, read, compressed } of sequence) {
          if (!compressed) continue;
          const payload = await through(sender, plain, sent);
          expect(Buffer.compare(await through(receiver, payload, read), plain)).toBe(0);
        }
      }),
      { numRuns: Math.min(numRuns, 100) },
    );
  });

  it.each([9, 10, 11, 12, 13, 14, 15])(
    'is read by a persistent stream with a window of exactly 2^%d octets',
    async (windowBits) => {
      await fc.assert(
        fc.asyncProperty(settings, messages, async (options, sequence) => {
          const sender = deflater({ ...options, windowBits });
          const stream = new PersistentInflater(windowBits);
          try {
            for (const { plain, sent } of sequence) {
              expect(Buffer.compare(await stream.read(await through(sender, plain, sent)), plain)).toBe(0);
            }
          } finally {
            stream.close();
          }
        }),
        { numRuns: Math.min(numRuns, 30) },
      );
    },
  );

  it('never reaches further back than its window', () => {
    const noise = fc.uint8Array({ minLength: 200, maxLength: 600 });
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 10 }), noise, fc.nat(900), (windowBits, pattern, gap) => {
        const sender = deflater({ windowBits, level: 9, memLevel: 9 });
        // The window and no more is known of what came before, though the pattern may be just out of it.
        const before = Buffer.concat([pattern, Buffer.alloc(gap, 'x')]);
        sender.whole(before, Infinity);
        const payload = sender.whole(pattern, Infinity);
        const window = before.subarray(-(1 << windowBits));
        const read = inflateRawSync(Buffer.concat([payload, Buffer.from('0000ffff0300', 'hex')]), {
          dictionary: window,
        });
        expect(Buffer.compare(read, pattern)).toBe(0);
      }),
    );
  });

  it('makes the octets of the RFC of its examples', () => {
    const hello = Buffer.from('Hello');
    const sender = deflater();
    expect(Buffer.from(sender.whole(hello, Infinity)).toString('hex')).toBe('f248cdc9c90700');
    expect(Buffer.from(sender.whole(hello, Infinity)).toString('hex')).toBe('f200110000');
    expect(Buffer.from(sender.whole(Buffer.alloc(0), Infinity)).toString('hex')).toBe('00');
    const stateless = deflater({ takeover: false });
    for (let i = 0; i < 2; i++) {
      expect(Buffer.from(stateless.whole(hello, Infinity)).toString('hex')).toBe('f248cdc9c90700');
    }
  });

  it.each([
    ['no piece but an empty one', ['']],
    ['only empty pieces', ['', '', '']],
    ['an empty piece at the end', ['Hello', '']],
    ['empty pieces between', ['He', '', 'llo']],
  ])('makes one message of %s', async (_name, pieces) => {
    const payload = await throughSession(
      deflater(),
      pieces.map((piece) => Buffer.from(piece)),
    );
    expect(Buffer.from(inflater().whole(payload, 10)).toString()).toBe(pieces.join(''));
    if (pieces.join('') === '') expect(payload.toString('hex')).toBe('00');
  });

  it('makes of each piece what lets the peer read it at once', async () => {
    const sending = deflater().open(Infinity);
    const reading = inflater().open(Infinity);
    for (const text of ['one', 'two', 'three']) {
      const { out, error } = await push(sending, Buffer.from(text), false);
      expect(error).toBeUndefined();
      expect((await push(reading, out, false)).out.toString()).toBe(text);
    }
    const end = await push(sending, Buffer.alloc(0), true);
    expect(await push(reading, end.out, true)).toEqual({ out: Buffer.alloc(0), error: undefined });
  });

  it('takes a payload of a size that fills a chunk of zlib exactly', async () => {
    const noise = Buffer.from(Array.from({ length: 33_000 }, (_, at) => (at * at * 2654435761) >>> 13));
    for (let size = 16_340; size < 16_400; size++) {
      const plain = noise.subarray(0, size);
      for (const payload of [deflater().whole(plain, Infinity), await throughSession(deflater(), [plain])]) {
        expect(Buffer.compare(inflater().whole(payload, Infinity), plain)).toBe(0);
      }
    }
  });

  it('keeps to the most octets it is given', async () => {
    const plain = Buffer.from('some text, some more text, and some other text');
    const { length } = deflater().whole(plain, Infinity);
    const error = { name: 'LimitError', option: 'maxMessageBytes', limit: length - 1, closeCode: 1009 };
    const sender = deflater();
    expect(() => sender.whole(plain, length - 1)).toThrow(expect.objectContaining(error));
    await expect(throughSession(sender, [plain], length - 1)).rejects.toMatchObject(error);
    await expect(throughSession(sender, [Buffer.alloc(0)], 0)).rejects.toMatchObject({ limit: 0 });
    // Nothing of it is in the history.
    expect(await throughSession(sender, [plain], length)).toEqual(
      Buffer.from(deflater().whole(plain, length)),
    );
  });

  it('does not refer back to a message that was dropped', async () => {
    const sender = deflater();
    const session = sender.open(Infinity);
    await push(session, Buffer.from('Hello'), false);
    session.abort();
    expect(Buffer.from(sender.whole(Buffer.from('Hello'), Infinity)).toString('hex')).toBe('f248cdc9c90700');
  });

  it('hands out octets that are nobody else’s', () => {
    const empty = deflater().whole(Buffer.alloc(0), 1);
    empty[0] = 0xff;
    expect(deflater().whole(Buffer.alloc(0), 1)).toEqual(new Uint8Array(1));
  });

  it.each([
    [63, undefined, false],
    [64, undefined, true],
    [0, true, true],
    [1_000_000, false, false],
  ])('of a threshold of 64 wants %d octets with compress %p: %p', (bytes, compress, wanted) => {
    expect(deflater().wants(bytes, compress)).toBe(wanted);
  });

  it('wants nothing with a window of 256 octets', () => {
    const sender = deflater({ windowBits: 8, thresholdBytes: 0 });
    for (const compress of [undefined, true, false]) expect(sender.wants(1_000_000, compress)).toBe(false);
  });
});

describe('the shared form', () => {
  it('is one for transforms with the same window, level and memory, whatever has passed through them', () => {
    const [a, b] = [deflater(), deflater({ takeover: false, thresholdBytes: 0 })];
    a.whole(Buffer.from('Hello'), Infinity);
    expect(a.shared.key).toBe(b.shared.key);
    expect(a.shared.whole(Buffer.from('Hello'))).toEqual(b.shared.whole(Buffer.from('Hello')));
    const keys = [a, deflater({ windowBits: 11 }), deflater({ level: 6 }), deflater({ memLevel: 6 })];
    expect(new Set(keys.map(({ shared }) => shared.key)).size).toBe(4);
  });

  it('is read by every receiver, and what follows refers back to it', async () => {
    const sequence = fc.array(fc.record({ plain: plaintext, shared: fc.boolean() }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(settings, sequence, async (options, sent) => {
        const sender = deflater(options);
        const receiver = inflater(options);
        const stream = new PersistentInflater(options.windowBits);
        try {
          for (const { plain, shared } of sent) {
            const payload = shared ? sender.shared.whole(plain) : sender.whole(plain, Infinity);
            if (shared) sender.shared.sent(plain);
            expect(Buffer.compare(receiver.whole(payload, Infinity), plain)).toBe(0);
            expect(Buffer.compare(await stream.read(payload), plain)).toBe(0);
          }
        } finally {
          stream.close();
        }
      }),
      { numRuns: Math.min(numRuns, 50) },
    );
    const sender = deflater();
    const hello = Buffer.from('Hello');
    sender.shared.sent(hello);
    expect(Buffer.from(sender.whole(hello, Infinity)).toString('hex')).toBe('f200110000');
  });
});

describe('what zlib does that is relied on', () => {
  it('reaches back 250 octets at most when it is told a window of 256', () => {
    const pattern = Buffer.from(Array.from({ length: 20 }, (_, at) => 65 + at));
    for (const gap of [225, 230, 231, 232, 240, 260]) {
      const sender = deflater({ windowBits: 8, level: 9 });
      const plain = Buffer.concat([pattern, Buffer.alloc(gap), pattern]);
      const payload = Buffer.concat([sender.whole(plain, Infinity), Buffer.from('0000ffff', 'hex')]);
      expect(inflateRawSync(payload, { windowBits: 8, finishFlush: constants.Z_SYNC_FLUSH })).toEqual(plain);
    }
  });

  it('deflates pieces of any sizes to one stream', async () => {
    const plain = Buffer.alloc(200_000, 'abcdefgh');
    const payload = await throughSession(deflater(), cutInto(plain, [0.1, 0.1, 0.9]));
    expect(Buffer.compare(await throughSession(inflater(), [payload]), plain)).toBe(0);
  });
});
