import { CloseCode, isWireCloseCode } from '../../src/protocol/close-code.js';

describe('isWireCloseCode', () => {
  it('is true for 1000 to 1003, 1007 to 1014 and 3000 to 4999, and for no other number', () => {
    const ranges: [number, number][] = [];
    for (let code = -1; code <= 65536; code++) {
      const last = ranges.at(-1);
      if (!isWireCloseCode(code)) continue;
      if (last?.[1] === code - 1) last[1] = code;
      else ranges.push([code, code]);
    }
    expect(ranges).toEqual([
      [1000, 1003],
      [1007, 1014],
      [3000, 4999],
    ]);
  });

  it.each([1000.5, NaN, Infinity, -1000])('is false for %d', (code) => {
    expect(isWireCloseCode(code)).toBe(false);
  });
});

describe('CloseCode', () => {
  it('names codes that may be on the wire, and the two that never are', () => {
    const { noStatus, abnormal, ...others } = CloseCode;
    for (const code of Object.values(others)) expect(isWireCloseCode(code)).toBe(true);
    for (const code of [noStatus, abnormal]) expect(isWireCloseCode(code)).toBe(false);
    expect(Object.isFrozen(CloseCode)).toBe(true);
  });
});
