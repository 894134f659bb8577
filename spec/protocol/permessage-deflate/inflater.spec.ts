import { constants, createDeflateRaw, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { numRuns } from '../../support/seed.js';
import { Inflater } from '../../../src/protocol/permessage-deflate/inflater.js';
import { ZlibLanes } from '../../../src/protocol/permessage-deflate/zlib-lanes.js';
import { readVectors, unmasked, type Vector } from '../../vectors/build.js';
import { cutInto, plaintext, push, through, throughSession, way } from './sessions.js';

const ERROR_1007 = {
  name: 'ProtocolError',
  code: 'RXWIRE_INFLATE',
  closeCode: 1007,
  section: 'RFC 7692 7.2.2',
};

function limitError(limit: number): object {
  return { name: 'LimitError', code: 'RXWIRE_LIMIT', option: 'maxMessageBytes', limit, closeCode: 1009 };
}

function inflater({ windowBits = 15, takeover = true } = {}): Inflater {
  return new Inflater({ windowBits, takeover, lanes: new ZlibLanes() });
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function deflated(plain: Uint8Array, options = {}): Buffer {
  return deflateRawSync(plain, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** Whole, and in pieces of each kind that matters. */
const WAYS = [
  ['whole', (transform: Inflater, payload: Buffer, most?: number) => whole(transform, payload, most)],
  [
    'in one piece',
    (transform: Inflater, payload: Buffer, most?: number) => throughSession(transform, [payload], most),
  ],
  [
    'with an empty last piece',
    (transform: Inflater, payload: Buffer, most?: number) =>
      throughSession(transform, [payload, Buffer.alloc(0)], most),
  ],
  [
    'octet by octet',
    (transform: Inflater, payload: Buffer, most?: number) =>
      throughSession(transform, payload.length > 64 ? cutInto(payload, [0.2, 0.5]) : octets(payload), most),
  ],
] as const;

async function whole(transform: Inflater, payload: Buffer, most = Infinity): Promise<Buffer> {
  return Buffer.from(transform.whole(payload, most));
}

function octets(payload: Buffer): Buffer[] {
  return payload.length === 0 ? [payload] : Array.from(payload, (_, at) => payload.subarray(at, at + 1));
}

/** The compressed messages of a vector: frames joined, control frames left out. */
function messagesOf({ bytes }: Vector): Buffer[] {
  const frames = Buffer.from(unmasked(bytes));
  const messages: Buffer[] = [];
  let parts: Buffer[] = [];
  for (let at = 0; at < frames.length;) {
    const long = frames[at + 1] === 126;
    const length = long ? frames.readUInt16BE(at + 2) : frames[at + 1]!;
    const start = at + (long ? 4 : 2);
    const first = frames[at]!;
    at = start + length;
    if ((first & 0x08) !== 0) continue;
    parts.push(frames.subarray(start, at));
    if ((first & 0x80) === 0) continue;
    messages.push(Buffer.concat(parts));
    parts = [];
  }
  return messages;
}

describe('the vectors, at the level of payloads', () => {
  const vectors = readVectors().filter(({ id }) => /^PMD-([6-9]|\d\d)$/.test(id) && id !== 'PMD-22');
  const PLAIN: Readonly<Record<string, Buffer>> = {
    'PMD-27': Buffer.alloc(1024 * 1024),
    'PMD-29': Buffer.alloc(0),
  };

  it('are 23', () => {
    expect(vectors).toHaveLength(23);
  });

  describe.each(WAYS)('%s', (_, run) => {
    it.each(vectors.map((vector) => [vector.id, vector.desc, vector.expect, vector] as const))(
      '%s: %s gives %s',
      async (id, _desc, wanted, vector) => {
        const transform = inflater();
        const most = vector.maxMessage ?? 1024 * 1024;
        const messages = messagesOf(vector);
        if (id === 'PMD-24') {
          const plain = await run(transform, messages[0]!, most);
          expect(() => new TextDecoder('utf-8', { fatal: true }).decode(plain)).toThrow(TypeError);
        } else if (/^\d/.test(wanted)) {
          const error = wanted === '1009' ? limitError(most) : ERROR_1007;
          await expect(run(transform, messages[0]!, most)).rejects.toMatchObject(error);
        } else {
          const texts = [...wanted.matchAll(/msg:(\w+)/g)].map(([, text]) => Buffer.from(text!));
          const expected =
            PLAIN[id] === undefined ? (texts.length > 0 ? texts : [Buffer.alloc(0)]) : [PLAIN[id]];
          expect(messages).toHaveLength(expected.length);
          for (const [index, message] of messages.entries()) {
            expect((await run(transform, message, most)).equals(expected[index]!)).toBe(true);
          }
        }
      },
    );
  });
});

describe.each(WAYS)('an Inflater, %s', (_, run) => {
  it.each([
    ['nothing', ''],
    ['the tail that is to be taken off, alone', '0000ffff'],
    ['octets behind a final block', 'f348cdc9c90700ffffff'],
    ['a stored block that the appended tail would end', '0005 00fa ff48'],
    ['a stored block 12 octets before its end', '000d 00f2 ff48'],
    ['a final stored block 12 octets before its end', '010d 00f2 ff48'],
    ['a stored block 8 octets before its end', '0009 00f6 ff48'],
    ['a fixed block without its end', 'f248cdc9'],
    ['a final fixed block without its end', 'f348cdc9'],
    ['a dynamic block of codes that are not there', '04 00'],
  ])('refuses %s', async (_name, payload) => {
    const transform = inflater();
    await run(transform, deflated(Buffer.from('before')));
    await expect(run(transform, hex(payload))).rejects.toMatchObject(ERROR_1007);
  });

  it('takes a message that ends with the lengths it looks for itself', async () => {
    for (const plain of [
      hex('0800f7ff'),
      hex('480800f7ff375e96af67ce1ed7'),
      hex('0000ffff'),
      hex('6161610800f7ff'),
    ]) {
      for (const options of [{ level: 0 }, {}]) {
        expect(await run(inflater(), deflated(plain, options))).toEqual(plain);
      }
    }
  });

  it('takes a final block that is the empty stored one at the end', async () => {
    // "Hello" without its last three bits of header, then BFINAL=1 with BTYPE=00.
    const payload = deflated(Buffer.from('Hello'));
    const ending = Buffer.concat([payload, hex('0000ffff01')]);
    expect((await run(inflater(), ending)).toString()).toBe('Hello');
  });

  it('goes on behind a final block with what came before it', async () => {
    const transform = inflater();
    await run(transform, hex('f248cdc9c90700'));
    // Twice: five octets from five octets back, with BFINAL. Then the same without.
    const again = hex('f30011000000');
    const payload = Buffer.concat([again.subarray(0, 4), again.subarray(0, 4), hex('f200110000')]);
    expect((await run(transform, payload)).toString()).toBe('HelloHelloHello');
  });

  it('goes on behind a final block when nothing is taken over', async () => {
    const transform = inflater({ takeover: false });
    const payload = hex('f348cdc9c90700' + 'f200110000');
    for (let i = 0; i < 2; i++) expect((await run(transform, payload)).toString()).toBe('HelloHello');
    await expect(run(transform, hex('f200110000'))).rejects.toMatchObject(ERROR_1007);
  });

  it('takes 64 final blocks and refuses 65', async () => {
    const block = hex('0300');
    const most = Buffer.concat([...Array.from({ length: 64 }, () => block), hex('00')]);
    expect(await run(inflater(), most)).toHaveLength(0);
    const over = Buffer.concat([block, most]);
    await expect(run(inflater(), over)).rejects.toMatchObject(ERROR_1007);
    await expect(run(inflater(), over)).rejects.toThrow('more than 64 final blocks');
  });

  it.each([0, 1, 2, 63, 64, 65, 1000, 16_383, 16_384, 16_385, 70_000])(
    'lets %d octets through under that limit, and no more',
    async (limit) => {
      const payload = deflated(Buffer.alloc(limit, 'ab'));
      expect(await run(inflater(), payload, limit)).toHaveLength(limit);
      const error = limitError(limit);
      await expect(run(inflater(), deflated(Buffer.alloc(limit + 1, 'ab')), limit)).rejects.toMatchObject(
        error,
      );
      if (limit > 0) {
        const less = limitError(limit - 1);
        await expect(run(inflater(), payload, limit - 1)).rejects.toMatchObject(less);
      }
    },
  );

  it('counts what came before a final block', async () => {
    const payload = hex('f348cdc9c90700f348cdc9c90700');
    expect(await run(inflater(), payload, 10)).toHaveLength(10);
    for (const limit of [0, 4, 5, 6, 9]) {
      await expect(run(inflater(), payload, limit)).rejects.toMatchObject(limitError(limit));
      await expect(run(inflater(), payload, limit)).rejects.toThrow(
        `inflated message is at least ${limit + 1} bytes, over the limit of ${limit} (maxMessageBytes)`,
      );
    }
  });

  it.each([
    ['that is refused', (transform: Inflater) => run(transform, hex('f248cdc907'))],
    ['over the limit', (transform: Inflater) => run(transform, deflated(Buffer.alloc(50_000, 'x')), 40_000)],
    [
      'that refers back too far',
      (transform: Inflater) => run(transform, deflated(Buffer.from('abcabc'), far())),
    ],
  ])('is as it was after a message %s', async (_name, fail) => {
    const transform = inflater();
    await run(transform, hex('f248cdc9c90700'));
    await expect(fail(transform)).rejects.toThrow();
    expect((await run(transform, hex('f200110000'))).toString()).toBe('Hello');
  });

  it('keeps the window that was agreed on and no more', async () => {
    const before = Buffer.from(Array.from({ length: 700 }, (_, at) => `${at},`).join('')).subarray(0, 2000);
    // zlib finds nothing at the very beginning of a dictionary.
    const compress = (from: number): Buffer =>
      deflated(before.subarray(from, from + 100), { dictionary: before.subarray(from - 10) });
    for (const [windowBits, bytes] of [
      [8, 256],
      [9, 512],
      [10, 1024],
    ] as const) {
      const transform = inflater({ windowBits });
      await run(transform, deflated(before));
      await expect(run(transform, compress(2000 - bytes - 1))).rejects.toMatchObject(ERROR_1007);
      const within = before.subarray(2000 - bytes, 2100 - bytes);
      expect(await run(transform, compress(2000 - bytes))).toEqual(within);
    }
  });
});

/** A history that the inflater does not have. */
function far(): object {
  return { dictionary: Buffer.concat([Buffer.from('abcabc'), Buffer.alloc(1000)]) };
}

describe('an Inflater', () => {
  it('hands out octets that nothing else is written to, and that keep little else alive', () => {
    const transform = inflater();
    const first = transform.whole(hex('f248cdc9c90700'), 10);
    transform.whole(deflated(Buffer.from('World, and much more')), 100);
    expect(Buffer.from(first).toString()).toBe('Hello');
    const large = deflated(Buffer.alloc(10_000, 'y'));
    expect(transform.whole(large, Infinity).buffer.byteLength).toBeLessThan(4 * 10_000);
  });

  it('does not change the payload', () => {
    const payload = hex('f248cdc9c90700');
    inflater().whole(payload, 10);
    expect(payload).toEqual(hex('f248cdc9c90700'));
  });

  it('never has much more than the limit of a bomb', async () => {
    const limit = 1024 * 1024;
    const bomb = deflated(Buffer.alloc(64 * limit));
    const session = inflater().open(limit);
    const { out, error } = await push(session, bomb, true);
    expect(error).toMatchObject(limitError(limit));
    expect(out.length).toBeLessThanOrEqual(limit);
  });

  it('takes 64 KiB of compressed octets at once', () => {
    expect(inflater().wholeBytes).toBe(65_536);
    const noise = Buffer.from(Array.from({ length: 65_520 }, (_, at) => (at * at * 31) >> 3));
    const payload = deflated(noise, { level: 0 });
    expect(payload.length).toBeGreaterThan(65_520);
    expect(Buffer.from(inflater().whole(payload, Infinity)).equals(noise)).toBe(true);
  });

  it('reads what a persistent zlib stream writes, whole and in pieces, with uncompressed messages in between', async () => {
    const settings = fc.record({
      windowBits: fc.integer({ min: 9, max: 15 }),
      level: fc.integer({ min: 0, max: 9 }),
      memLevel: fc.integer({ min: 1, max: 9 }),
    });
    const messages = fc.array(fc.record({ plain: plaintext, way }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(settings, messages, async (options, sequence) => {
        const stream = createDeflateRaw({ ...options, flush: constants.Z_SYNC_FLUSH });
        const transform = inflater({ windowBits: options.windowBits });
        try {
          for (const { plain, way: by } of sequence) {
            const payload = plain.length === 0 ? hex('00') : await written(stream, plain);
            expect(Buffer.compare(await through(transform, payload, by), plain)).toBe(0);
          }
        } finally {
          stream.close();
        }
      }),
      { numRuns: Math.min(numRuns, 100) },
    );
  });

  it('makes of a message that is cut off its beginning up to a block, or refuses it', async () => {
    const settings = fc.record({
      level: fc.constantFrom(0, 1, 6, 9),
      memLevel: fc.constantFrom(1, 8),
      strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_FIXED),
    });
    await fc.assert(
      fc.asyncProperty(
        settings,
        plaintext,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (options, plain, part) => {
          const payload = deflated(plain, options);
          // All of a short message, a stretch of a long one.
          const from = Math.floor(part * Math.max(0, payload.length - 100));
          for (let length = from; length < Math.min(payload.length, from + 100); length++) {
            const cut = outcome(() => inflater().whole(payload.subarray(0, length), Infinity));
            if (cut instanceof Error) expect(cut).toMatchObject(ERROR_1007);
            else expect(Buffer.compare(cut, plain.subarray(0, cut.length))).toBe(0);
          }
        },
      ),
      { numRuns: Math.min(numRuns, 60) },
    );
  });

  it('refuses every cut of a message of one block, whole and in pieces', async () => {
    const plain = Buffer.from(
      JSON.stringify(Array.from({ length: 20 }, (_, id) => ({ id, name: `user ${id * 7}` }))),
    );
    const payload = deflated(plain);
    for (let length = 0; length < payload.length; length++) {
      const cut = payload.subarray(0, length);
      expect(() => inflater().whole(cut, Infinity)).toThrow(expect.objectContaining(ERROR_1007));
      await expect(throughSession(inflater(), [cut])).rejects.toMatchObject(ERROR_1007);
    }
    expect(Buffer.from(inflater().whole(payload, Infinity))).toEqual(plain);
  });

  it('gives the same for any octets whole and in pieces, and no error but its own', async () => {
    const limit = 100_000;
    const noise = fc.uint8Array({ maxLength: 60 });
    const bent = fc
      .record({ plain: plaintext, at: fc.nat(), octet: fc.nat(255), level: fc.constantFrom(0, 6) })
      .filter(({ plain }) => plain.length < 3000)
      .map(({ plain, at, octet, level }) => {
        const payload = Buffer.from(deflated(plain, { level }));
        if (payload.length > 0) payload[at % payload.length] = octet;
        return payload;
      });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(noise, bent), cuts, async (payload, by) => {
        const atOnce = outcome(() => inflater().whole(payload, limit));
        const inPieces = await throughSession(inflater(), cutInto(payload, by), limit).catch(
          (error: unknown) => error,
        );
        if (atOnce instanceof Error) {
          expect(['RXWIRE_INFLATE', 'RXWIRE_LIMIT']).toContain((atOnce as NodeJS.ErrnoException).code);
          expect(inPieces).toBeInstanceOf(Error);
          expect(['RXWIRE_INFLATE', 'RXWIRE_LIMIT']).toContain((inPieces as NodeJS.ErrnoException).code);
        } else {
          expect(inPieces).toEqual(Buffer.from(atOnce));
        }
      }),
    );
  });
});

function outcome(make: () => Uint8Array): Uint8Array | Error {
  try {
    return make();
  } catch (error) {
    return error as Error;
  }
}

/** What a zlib stream writes of a message, without the end of the flush. */
function written(stream: ReturnType<typeof createDeflateRaw>, plain: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const take = (part: Buffer): number => parts.push(part);
    stream.on('data', take).once('error', reject);
    stream.write(plain, () => {
      stream.off('data', take).off('error', reject);
      stream.resume();
      resolve(Buffer.concat(parts).subarray(0, -4));
    });
  });
}
