import { binary, binaryCodec, CodecError, text } from '../../../src/index.js';

const octets = binaryCodec({
  name: 'octets',
  encode: (values: readonly number[]) => Uint8Array.from(values),
  decode: (bytes) => [...bytes],
});

describe('binaryCodec', () => {
  it('passes bytes through the two functions', async () => {
    expect(octets.encode([1, 2])).toEqual(Uint8Array.of(1, 2));
    expect(octets.decode(binary(Uint8Array.of(1, 2)))).toEqual([1, 2]);
    const later = binaryCodec<number, never>({
      ...octets,
      encode: () => Uint8Array.of(),
      decode: async ([first = 0]) => first,
    });
    await expect(Promise.resolve(later.decode(binary(Uint8Array.of(7))))).resolves.toBe(7);
  });

  it('refuses text', () => {
    let error: unknown;
    try {
      octets.decode(text('1'));
    } catch (thrown) {
      error = thrown;
    }
    expect(error instanceof CodecError).toBe(true);
    expect(error).toMatchObject({
      codec: 'octets',
      failure: 'type',
      message: 'octets: the message is text, expected binary',
    });
  });
});
