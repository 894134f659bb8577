import { parseByteSize } from '../../src/cli/byte-size.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('parseByteSize', () => {
  it.each([
    ['0', 0],
    ['65536', 65536],
    ['512B', 512],
    ['64KiB', 65536],
    ['64kib', 65536],
    ['1MiB', 1048576],
    ['1 MiB', 1048576],
    ['1.5MiB', 1572864],
    ['2GiB', 2147483648],
    ['10kB', 10000],
    ['1MB', 1000000],
    ['1GB', 1000000000],
  ])('reads %s', (text, bytes) => {
    expect(parseByteSize('--max-message', text)).toBe(bytes);
  });

  it.each(['', '-1', 'MiB', '1TiB', '1e6', '0x10', '1 M iB', '99999999999GiB', '1,5MiB', 'constructor'])(
    'refuses "%s", naming the flag and what came',
    (text) => {
      expect(() => parseByteSize('--max-message', text)).toThrow(UsageError);
      expect(() => parseByteSize('--max-message', text)).toThrow(
        `--max-message is "${text}", expected a number of bytes such as 65536, 64KiB or 1MiB`,
      );
    },
  );
});
