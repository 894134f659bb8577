import { binary, isBinary, isText, text } from '../../src/protocol/message.js';

describe('a message', () => {
  const octets = Uint8Array.of(1);

  it('is made of text or of octets', () => {
    expect(text('a')).toEqual({ type: 'text', data: 'a' });
    expect(binary(octets)).toEqual({ type: 'binary', data: octets });
    expect(binary(octets).data).toBe(octets);
  });

  it('is one or the other', () => {
    expect([text('a'), binary(octets)].map(isText)).toEqual([true, false]);
    expect([text('a'), binary(octets)].map(isBinary)).toEqual([false, true]);
  });

  it('is text also as octets', () => {
    expect(isText({ type: 'text', data: octets })).toBe(true);
    expect(isBinary({ type: 'text', data: octets })).toBe(false);
  });
});
