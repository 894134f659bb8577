import { NOTHING_OWNED } from '../../src/protocol/owned-bits.js';
import '../support/seed.js';
import { byteByByte } from 'rxwire/testing';
import { hex } from '../support/hex.js';
import { closeCodeFor } from '../../src/protocol/errors.js';
import { FrameDecoder, type FrameDecoderOptions } from '../../src/protocol/frame-decoder.js';
import { Found } from '../../src/protocol/found.js';
import { resolveLimits } from '../../src/protocol/limits.js';

const DEFAULTS: FrameDecoderOptions = {
  limits: resolveLimits(),
  mask: 'unmasked',
  applyMask: true,
  ownsInput: false,
};

function decoder(options: Partial<FrameDecoderOptions> = {}): FrameDecoder {
  return new FrameDecoder({ ...DEFAULTS, ...options });
}

/** Everything found in the chunks: a number for what it is, and the octets shown with it. */
function findings(frames: FrameDecoder, chunks: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  for (const chunk of chunks) {
    frames.push(chunk);
    for (let what; (what = frames.next()) !== Found.nothing;) {
      const name = Object.entries(Found).find(([, value]) => value === what)![0];
      found.push(`${name} ${frames.bytes.subarray(frames.start, frames.end).toString('hex')}`.trimEnd());
    }
  }
  return found;
}

/** How many bytes the decoder was given, one at a time, when it failed, and with which close code. */
function failsAfter(
  bytes: Uint8Array,
  options: Partial<FrameDecoderOptions> = {},
): [number, number] | undefined {
  const frames = decoder(options);
  for (const [index, chunk] of byteByByte(bytes).entries()) {
    frames.push(chunk);
    try {
      while (frames.next() !== Found.nothing);
    } catch (error) {
      return [index + 1, closeCodeFor(error)];
    }
  }
  return undefined;
}

describe('FrameDecoder', () => {
  it('finds a frame that is in hand whole as one thing', () => {
    const frames = decoder();
    expect(findings(frames, [hex('81026869 8900 8200')])).toEqual(['frame 6869', 'frame', 'frame']);
  });

  it('finds the head of any other, its pieces as they come, and its end', () => {
    expect(findings(decoder(), [hex('8204 01'), hex('02'), hex('0304 8200')])).toEqual([
      'head',
      'piece 01',
      'piece 02',
      'piece 0304',
      'end',
      'frame',
    ]);
    expect(findings(decoder(), byteByByte(hex('820101')))).toEqual(['head', 'piece 01', 'end']);
  });

  it('finds control frames whole, however they are cut', () => {
    const bytes = hex('89830000ff00 0102fc 88850000ff00 03e8 ff 6f6b');
    const options = { mask: 'masked' } as const;
    const wanted = ['frame 010203'];
    for (let cut = 0; cut <= bytes.length; cut++) {
      const frames = decoder(options);
      const found = findings(frames, [bytes.slice(0, cut), bytes.slice(cut)]);
      expect(found.slice(0, 1)).toEqual(wanted);
      expect(found[1]).toBe('frame 03e8006f6b');
    }
  });

  it('says what is in the header', () => {
    const frames = decoder({ owned: { ...NOTHING_OWNED, first: 4 } });
    frames.push(hex('4103 616263'));
    expect(frames.next()).toBe(Found.frame);
    expect(frames).toMatchObject({ fin: false, rsv: 4, opcode: 1, length: 3, inText: true, ascii: true });
    frames.push(hex('80 7e 0080 00'));
    expect(frames.next()).toBe(Found.head);
    expect(frames).toMatchObject({ fin: true, rsv: 0, opcode: 0, length: 128, inText: true });
  });

  it('says whether a piece of text is ASCII, masked or not', () => {
    const plain = decoder();
    plain.push(hex('8104 61626380'));
    plain.next();
    expect(plain.ascii).toBe(false);
    const masked = decoder({ mask: 'masked' });
    masked.push(hex('8184 80808080 e1e2e3e4'));
    masked.next();
    expect(masked.ascii).toBe(true);
  });

  it('takes both masked and unmasked frames where either may come', () => {
    const frames = decoder({ mask: 'either' });
    const found = findings(frames, [hex('8201aa 828101020304 aa 8201aa')]);
    expect(found).toEqual(['frame aa', 'frame ab', 'frame aa']);
  });

  it('leaves payloads masked on request', () => {
    const frames = decoder({ mask: 'masked', applyMask: false });
    expect(findings(frames, [hex('828201020304 aabb 8982'), hex('01020304 aa'), hex('bb')])).toEqual([
      'frame aabb',
      'frame aabb',
    ]);
  });

  it('writes into chunks that it owns and into no others', () => {
    const wire = '828401020304 00000000';
    const lent = hex(wire);
    findings(decoder({ mask: 'masked' }), [lent]);
    expect(lent).toEqual(hex(wire));
    const pooled = Buffer.from(hex(wire));
    expect(findings(decoder({ mask: 'masked', ownsInput: true }), [pooled])).toEqual(['frame 01020304']);
    expect(findings(decoder({ mask: 'masked', ownsInput: true }), [hex(wire)])).toEqual(['frame 01020304']);
  });

  it('reads chunks that begin anywhere in their memory', () => {
    const wire = hex(`82a0 a1b2c3d4 ${'a1b2c3d4'.repeat(8)}`);
    for (let offset = 0; offset < 9; offset++) {
      const memory = new Uint8Array(wire.length + offset);
      memory.set(wire, offset);
      const frames = decoder({ mask: 'masked', ownsInput: true });
      expect(findings(frames, [memory.subarray(offset)])).toEqual([`frame ${'00'.repeat(32)}`]);
    }
  });

  it('keeps chunks in order that are pushed before they are asked for', () => {
    const frames = decoder();
    frames.push(hex('8201aa'));
    frames.push(hex('8201bb'));
    expect(frames.next()).toBe(Found.frame);
    expect(frames.pending).toBe(true);
    frames.push(hex('8201cc'));
    const order = [frames.bytes[frames.start]];
    while (frames.next() !== Found.nothing) order.push(frames.bytes[frames.start]);
    expect(order).toEqual([0xaa, 0xbb, 0xcc]);
    expect(frames.pending).toBe(false);
  });

  it('goes through many waiting chunks in order', () => {
    const frames = decoder();
    const wanted: number[] = [];
    const found: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      frames.push(Uint8Array.of(0x82, 1, i & 0xff));
      wanted.push(i & 0xff);
      if (i % 3 === 0 && frames.next() === Found.frame) found.push(frames.bytes[frames.start]!);
    }
    while (frames.next() !== Found.nothing) found.push(frames.bytes[frames.start]!);
    expect(found).toEqual(wanted);
  });

  it('ignores empty chunks', () => {
    expect(findings(decoder(), [hex(''), hex('82'), hex(''), hex('00'), hex('')])).toEqual(['frame']);
  });
});

describe('the places where a stream may end', () => {
  it.each([
    ['', true, false],
    ['81', false, true],
    ['8102 61', false, true],
    ['8102 6161', true, false],
    ['0101 61', false, false],
    ['0101 61 8900', false, false],
    ['0101 61 89', false, true],
    ['0101 61 8000', true, false],
    ['8800', true, false],
    ['0101 61 8800', true, false],
  ])('after %j: %s, inside a frame: %s', (wire, atBoundary, insideFrame) => {
    const frames = decoder();
    findings(frames, [hex(wire)]);
    expect(frames.atBoundary).toBe(atBoundary);
    expect(frames.insideFrame).toBe(insideFrame);
  });
});

describe('beforeDataFrame', () => {
  it('is true exactly where the next byte in hand begins a data frame', () => {
    const frames = decoder();
    expect(frames.beforeDataFrame).toBe(false);
    frames.push(hex('8900'));
    expect(frames.beforeDataFrame).toBe(false);
    frames.push(hex('82'));
    frames.next();
    expect(frames.beforeDataFrame).toBe(true);
    expect(frames.next()).toBe(Found.nothing);
    expect(frames.beforeDataFrame).toBe(true);
    frames.push(hex('01'));
    frames.next();
    expect(frames.beforeDataFrame).toBe(false);
  });
});

describe('an end of the stream', () => {
  it('is a Close frame: nothing is found behind it, in this chunk or in others', () => {
    const frames = decoder();
    expect(findings(frames, [hex('880203e8 81026869'), hex('ffff')])).toEqual(['frame 03e8']);
    expect(frames.pending).toBe(false);
  });

  it('is an error: nothing is found behind it', () => {
    const frames = decoder();
    frames.push(hex('8300'));
    expect(() => frames.next()).toThrow('reserved');
    expect(frames.next()).toBe(Found.nothing);
    expect(findings(frames, [hex('81026869')])).toEqual([]);
  });

  it('is stop(), in the middle of anything', () => {
    for (const wire of ['', '82', '8202aa', '8902aa', '0100']) {
      const frames = decoder();
      findings(frames, [hex(wire)]);
      frames.stop();
      expect(findings(frames, [hex('8200')])).toEqual([]);
      expect(frames).toMatchObject({ pending: false, atBoundary: true, insideFrame: false });
    }
  });
});

describe('the byte at which a wrong frame fails', () => {
  const small = { limits: resolveLimits({ maxMessageBytes: 200, maxFragments: 2 }) };

  it.each([
    ['a reserved opcode', '83', 1, 1002],
    ['a reserved bit', 'c1', 1, 1002],
    ['a control frame without FIN', '09', 1, 1002],
    ['a continuation of nothing', '80', 1, 1002],
    ['a new message inside another', '0101 61 81', 4, 1002],
    ['a mask that may not be', '8180', 2, 1002],
    ['a control frame of 126 octets', '897e', 2, 1002],
    ['a Close frame of one octet', '8801', 2, 1002],
    ['a length of 125 in 16 bits', '817e 007d', 4, 1002],
    ['a length of 65535 in 64 bits', '817f 000000000000ffff', 10, 1002],
    ['a length with its top bit', '817f 8000000000000000', 10, 1002],
    ['a frame over the limit, 16-bit length', '827e 00c9', 4, 1009],
    ['a frame over the limit, 64-bit length', '827f 0000000000010000', 10, 1009],
    ['a length over 2^53-1', '827f 0020000000000000', 10, 1009],
    ['a fragment over the limit of its message', `027e 00c8 ${'00'.repeat(200)} 8001`, 206, 1009],
    ['a fragment too many', '0100 0000 8000', 6, 1008],
    ['a close code that may not be', '8802 03ed', 4, 1002],
    ['a close code that may not be, before the reason', '8804 03ed', 4, 1002],
    ['a close reason that is not UTF-8', '8804 03e8 c328', 6, 1007],
  ])('%s: %s fails at byte %d with %d', (_, wire, at, closeCode) => {
    expect(failsAfter(Buffer.concat([hex(wire), Buffer.alloc(20)]), small)).toEqual([at, closeCode]);
  });

  it.each([
    ['no mask where it must be', '8100', 2, 1002],
    ['a frame over the limit, before its key', '82fe 00c9', 4, 1009],
    ['a length in 16 bits that fits 7, before its key', '81fe 0001', 4, 1002],
    ['a length in 64 bits that fits 16, before its key', '81ff 0000000000000001', 10, 1002],
    ['a close code behind its mask', '8882 01010101 02ec', 8, 1002],
  ])('masked, %s: %s fails at byte %d with %d', (_, wire, at, closeCode) => {
    const bytes = Buffer.concat([hex(wire), Buffer.alloc(20)]);
    expect(failsAfter(bytes, { ...small, mask: 'masked' })).toEqual([at, closeCode]);
  });

  it('takes a frame of exactly the limit', () => {
    const bytes = Buffer.concat([hex('827e 00c8'), Buffer.alloc(200)]);
    expect(failsAfter(bytes, small)).toBeUndefined();
  });

  it('allocates nothing for a length that is only announced', () => {
    const frames = decoder({ limits: resolveLimits({ maxMessageBytes: Infinity }) });
    const before = process.memoryUsage().arrayBuffers;
    expect(findings(frames, [hex('827f 001fffffffffffff 00')])).toEqual(['head', 'piece 00']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });
});
