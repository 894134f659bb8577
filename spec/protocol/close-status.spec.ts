import fc from 'fast-check';
import '../support/seed.js';
import { hex } from '../support/hex.js';
import {
  checkClose,
  closePayload,
  MAX_REASON_BYTES,
  NO_STATUS,
  parseClose,
  truncateReason,
} from '../../src/protocol/close-status.js';

describe('parseClose', () => {
  it('reads 1005 from an empty payload', () => {
    expect(parseClose(new Uint8Array(0))).toBe(NO_STATUS);
    expect(NO_STATUS).toEqual({ code: 1005, reason: '' });
  });

  it.each([
    ['03e8', 1000, ''],
    ['0fa0 6f6b', 4000, 'ok'],
    ['03e8 efbbbf61', 1000, '\ufeffa'],
    ['1387 f09f9880', 4999, '😀'],
  ])('reads %s as %d %j', (payload, code, reason) => {
    expect(parseClose(hex(payload))).toEqual({ code, reason });
  });

  it('reads from the middle of other memory', () => {
    expect(parseClose(hex('ffff 03e9 61 ff').subarray(2, 5))).toEqual({ code: 1001, reason: 'a' });
  });

  it.each([
    ['03', 'ProtocolError', 1002, '5.5.1'],
    ['03ed', 'ProtocolError', 1002, '7.4'],
    ['0000', 'ProtocolError', 1002, '7.4'],
    ['ffff 6f6b', 'ProtocolError', 1002, '7.4'],
    ['03ee c328', 'ProtocolError', 1002, '7.4'],
    ['03e8 c328', 'TextError', 1007, '8.1'],
    ['03e8 e282', 'TextError', 1007, '8.1'],
    ['03e8 eda080', 'TextError', 1007, '8.1'],
  ])('refuses %s with %s %d of section %s', (payload, name, closeCode, section) => {
    expect(() => parseClose(hex(payload))).toThrow(expect.objectContaining({ name, closeCode, section }));
  });
});

describe('closePayload', () => {
  it('is empty for 1005, whatever the reason', () => {
    expect(closePayload({ code: 1005, reason: 'x' })).toHaveLength(0);
  });

  it('is what parseClose reads', () => {
    const codes = fc.constantFrom(1000, 1003, 1007, 1014, 3000, 4999);
    fc.assert(
      fc.property(codes, fc.string({ unit: 'binary', maxLength: 30 }), (code, reason) => {
        expect(parseClose(closePayload({ code, reason }))).toEqual({ code, reason });
      }),
    );
  });
});

describe('checkClose', () => {
  it.each([1000, 1003, 1007, 1014, 3000, 4999])('takes %d', (code) => {
    expect(checkClose(code, 'bye')).toEqual({ code, reason: 'bye' });
  });

  it.each([0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, NaN])('refuses %d', (code) => {
    expect(() => checkClose(code, '')).toThrow(RangeError);
    expect(() => checkClose(code, '')).toThrow(`close code is ${String(code)}, expected 1000 to 1003`);
  });

  it.each([
    ['a string', '1000', "close code is '1000', expected 1000 to 1003"],
    ['null', null, 'close code is null, expected'],
    ['an object', {}, 'close code is a value of type object, expected'],
    ['a symbol', Symbol('1000'), 'close code is a value of type symbol, expected'],
  ])('tells %s from the number', (_, code, text) => {
    expect(() => checkClose(code as never, '')).toThrow(RangeError);
    expect(() => checkClose(code as never, '')).toThrow(text);
  });

  it('takes a reason of 123 octets and refuses one of 124', () => {
    expect(checkClose(1000, 'é'.repeat(61) + 'a').reason).toHaveLength(62);
    expect(() => checkClose(1000, 'é'.repeat(62))).toThrow(RangeError);
    expect(() => checkClose(1000, 'é'.repeat(62))).toThrow('close reason is 124 bytes of UTF-8');
  });

  it('refuses a reason that is no string', () => {
    expect(() => checkClose(1000, 5 as never)).toThrow(TypeError);
  });

  it('sends U+FFFD for a lone surrogate', () => {
    expect(checkClose(1000, 'a\ud800b').reason).toBe('a\ufffdb');
  });
});

describe('truncateReason', () => {
  it('keeps a reason that fits', () => {
    expect(truncateReason('a'.repeat(MAX_REASON_BYTES))).toBe('a'.repeat(MAX_REASON_BYTES));
  });

  it('keeps the longest beginning that fits, cut between code points', () => {
    const reasons = fc.oneof(
      fc.string({ unit: 'binary', minLength: 30, maxLength: 130 }),
      fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀'), minLength: 30, maxLength: 130 }),
    );
    fc.assert(
      fc.property(reasons, (reason) => {
        const kept = truncateReason(reason);
        expect(reason.startsWith(kept)).toBe(true);
        expect(kept.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(MAX_REASON_BYTES);
        const more = String.fromCodePoint(reason.slice(kept.length).codePointAt(0) ?? 0);
        if (kept !== reason) expect(Buffer.byteLength(kept + more)).toBeGreaterThan(MAX_REASON_BYTES);
      }),
    );
  });

  it('never leaves a lone surrogate', () => {
    expect(truncateReason(`\ud800${'a'.repeat(200)}`)).toBe(`\ufffd${'a'.repeat(120)}`);
  });
});
