import { hex } from '../support/hex.js';
import { asciiText, utf8Text } from '../../src/protocol/message-text.js';

describe('the text of octets', () => {
  const bytes = Buffer.from(hex('ff efbbbf 61 e282ac ff'));

  it('keeps a leading U+FEFF', () => {
    expect(utf8Text(bytes, 1, 8)).toBe('\ufeffa€');
  });

  it('has U+FFFD for what is not UTF-8', () => {
    expect(utf8Text(bytes, 7, 9)).toBe('\ufffd\ufffd');
  });

  it('is the same for ASCII either way', () => {
    const ascii = Buffer.from(Array.from({ length: 128 }, (_, octet) => octet));
    expect(asciiText(ascii, 0, 128)).toBe(utf8Text(ascii, 0, 128));
    expect(asciiText(ascii, 5, 5)).toBe('');
  });
});
