import { NOTHING_OWNED, type OwnedBits } from '../../src/protocol/owned-bits.js';
import { LimitError, ProtocolError } from '../../src/protocol/errors.js';
import {
  checkFirstByte,
  checkLength16,
  checkSecondByte,
  expectedMask,
  joinLength64,
} from '../../src/protocol/frame-rules.js';

const owning = (rsv: number, more: Partial<OwnedBits> = {}): OwnedBits => ({
  ...NOTHING_OWNED,
  first: rsv,
  continuation: rsv,
  ...more,
});

const DATA = [0x0, 0x1, 0x2];
const CONTROL = [0x8, 0x9, 0xa];
const RESERVED = [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf];

function failure(check: () => unknown): { name: string; closeCode: number; section?: string } {
  try {
    check();
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof LimitError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('checkFirstByte', () => {
  it.each([...DATA, ...CONTROL])('takes opcode %d with FIN', (opcode) => {
    expect(() => checkFirstByte(0x80 | opcode, NOTHING_OWNED)).not.toThrow();
  });

  it.each(DATA)('takes opcode %d without FIN', (opcode) => {
    expect(() => checkFirstByte(opcode, NOTHING_OWNED)).not.toThrow();
  });

  it.each(CONTROL)('refuses control opcode %d without FIN', (opcode) => {
    expect(failure(() => checkFirstByte(opcode, NOTHING_OWNED))).toMatchObject({
      closeCode: 1002,
      section: '5.5',
    });
  });

  it.each(RESERVED)('refuses reserved opcode %d, whatever the other bits', (opcode) => {
    for (let high = 0; high < 0x100; high += 0x10) {
      expect(failure(() => checkFirstByte(high | opcode, owning(7)))).toMatchObject({
        closeCode: 1002,
        section: '5.2',
      });
    }
  });

  it('takes exactly the reserved bits that extensions own, and in no control frame', () => {
    for (let allowed = 0; allowed < 8; allowed++) {
      for (let rsv = 0; rsv < 8; rsv++) {
        const fits = (rsv & ~allowed) === 0;
        for (const opcode of DATA) {
          const check = (): void => checkFirstByte(0x80 | (rsv << 4) | opcode, owning(allowed));
          if (fits) expect(check).not.toThrow();
          else expect(failure(check)).toMatchObject({ closeCode: 1002, section: '5.2' });
        }
        for (const opcode of CONTROL) {
          const check = (): void => checkFirstByte(0x80 | (rsv << 4) | opcode, owning(allowed));
          if (rsv === 0) expect(check).not.toThrow();
          else expect(failure(check)).toMatchObject({ closeCode: 1002, section: '5.2' });
        }
      }
    }
  });

  it('tells the first frame of a message from those that continue it', () => {
    expect(() => checkFirstByte(0xc1, owning(4, { continuation: 0 }))).not.toThrow();
    expect(failure(() => checkFirstByte(0xc0, owning(4, { continuation: 0 })))).toMatchObject({
      closeCode: 1002,
    });
  });

  it.each(RESERVED)('takes opcode %d of an extension, unfragmented and without reserved bits', (opcode) => {
    const owned = owning(7, { opcodes: 1 << opcode });
    expect(() => checkFirstByte(0x80 | opcode, owned)).not.toThrow();
    expect(failure(() => checkFirstByte(opcode, owned))).toMatchObject({ closeCode: 1002 });
    expect(failure(() => checkFirstByte(0xc0 | opcode, owned))).toMatchObject({ closeCode: 1002 });
  });

  it('says which bits came and which were expected', () => {
    expect(() => checkFirstByte(0xa1, NOTHING_OWNED)).toThrow('reserved bits are 010, expected 000');
    expect(() => checkFirstByte(0xa1, owning(4))).toThrow('reserved bits are 010, expected only ones of 100');
    expect(() => checkFirstByte(0x8b, NOTHING_OWNED)).toThrow('opcode is 0xb, which is reserved');
  });
});

describe('checkSecondByte', () => {
  const MASKED = 0x80;

  it.each([
    ['masked', 0x81, MASKED, true],
    ['masked', 0x81, 0, false],
    ['unmasked', 0x81, MASKED, false],
    ['unmasked', 0x81, 0, true],
    ['either', 0x81, MASKED, true],
    ['either', 0x81, 0, true],
    ['masked', 0x89, 0, false],
    ['unmasked', 0x89, MASKED, false],
  ] as const)(
    'where frames are to be %s: first byte %d, MASK bit %d, passes: %s',
    (rule, first, bit, passes) => {
      const check = (): void => checkSecondByte(first, bit, rule);
      if (passes) expect(check).not.toThrow();
      else expect(failure(check)).toMatchObject({ closeCode: 1002, section: '5.1' });
    },
  );

  it.each(CONTROL)('takes at most 125 octets in control opcode %d', (opcode) => {
    expect(() => checkSecondByte(0x80 | opcode, 125, 'either')).not.toThrow();
    for (const length of [126, 127]) {
      const error = failure(() => checkSecondByte(0x80 | opcode, length, 'either'));
      expect(error).toMatchObject({ closeCode: 1002, section: '5.5' });
    }
  });

  it('takes a Close payload of none or two octets, not of one', () => {
    for (const length of [0, 2]) expect(() => checkSecondByte(0x88, length, 'either')).not.toThrow();
    expect(failure(() => checkSecondByte(0x88, 1, 'either'))).toMatchObject({
      closeCode: 1002,
      section: '5.5.1',
    });
    expect(() => checkSecondByte(0x89, 1, 'either')).not.toThrow();
  });

  it('takes every length field in a data frame', () => {
    for (let length = 0; length < 128; length++) {
      expect(() => checkSecondByte(0x82, length, 'unmasked')).not.toThrow();
    }
  });
});

describe('expectedMask', () => {
  it('is masked to a server and unmasked to a client', () => {
    expect(expectedMask('server')).toBe('masked');
    expect(expectedMask('client')).toBe('unmasked');
  });
});

describe('the length of a frame', () => {
  it.each([0, 1, 125])('is not %d in 16 bits', (length) => {
    expect(failure(() => checkLength16(length))).toMatchObject({ closeCode: 1002, section: '5.2' });
  });

  it.each([126, 127, 65535])('may be %d in 16 bits', (length) => {
    expect(() => checkLength16(length)).not.toThrow();
  });

  it.each([
    [0, 65536, 65536],
    [0, 0xffffffff, 2 ** 32 - 1],
    [1, 0, 2 ** 32],
    [0x1fffff, 0xffffffff, Number.MAX_SAFE_INTEGER],
  ])('may be %d and %d in 64 bits: %d', (high, low, length) => {
    expect(joinLength64(high, low)).toBe(length);
  });

  it.each([
    [0, 0],
    [0, 125],
    [0, 65535],
    [0x80000000, 0],
    [0x80000000, 65536],
    [0xffffffff, 0xffffffff],
  ])('is not %d and %d in 64 bits', (high, low) => {
    const error = failure(() => joinLength64(high, low));
    expect(error).toMatchObject({ name: 'ProtocolError', closeCode: 1002, section: '5.2' });
  });

  it.each([
    [0x200000, 0],
    [0x7fffffff, 0xffffffff],
  ])('is too big as %d and %d in 64 bits', (high, low) => {
    expect(failure(() => joinLength64(high, low))).toMatchObject({ name: 'LimitError', closeCode: 1009 });
  });
});
