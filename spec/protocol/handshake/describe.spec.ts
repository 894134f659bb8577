import { describe as describeValue, quote } from '../../../src/protocol/handshake/describe.js';

describe('quote', () => {
  it('escapes controls', () => {
    expect(quote('a\r\n"')).toBe('"a\\r\\n\\""');
  });

  it('cuts what is longer than 64 characters', () => {
    expect(quote('x'.repeat(64))).toBe(`"${'x'.repeat(64)}"`);
    expect(quote('x'.repeat(65))).toBe(`"${'x'.repeat(64)}…"`);
  });
});

describe('describe', () => {
  it.each([
    ['a', '"a"'],
    [1, 'number'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'object'],
  ])('of %j is %s', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
