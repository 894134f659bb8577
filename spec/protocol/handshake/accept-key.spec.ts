import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import '../../support/seed.js';
import { acceptFor, isKey, newKey } from '../../../src/protocol/handshake/accept-key.js';

describe('newKey', () => {
  it('makes a different valid key each time', () => {
    const keys = new Set(Array.from({ length: 100 }, newKey));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(isKey(key)).toBe(true);
  });
});

describe('isKey', () => {
  it('accepts the base64 of any 16 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(isKey(Buffer.from(bytes).toString('base64'))).toBe(true);
      }),
    );
  });

  it('refuses the base64 of any other number of bytes', () => {
    const other = fc.uint8Array({ maxLength: 40 }).filter(({ length }) => length !== 16);
    fc.assert(
      fc.property(other, (bytes) => {
        expect(isKey(Buffer.from(bytes).toString('base64'))).toBe(false);
      }),
    );
  });

  it.each([
    ['the empty text', ''],
    ['15 bytes', 'dGhlIHNhbXBsZSBub25j'],
    ['17 bytes', 'dGhlIHNhbXBsZSBub25jZTE='],
    ['18 bytes', 'dGhlIHNhbXBsZSBub25jZTEy'],
    ['a character outside the alphabet', 'dGhlIHNhbXBsZSBub25j*Q=='],
    ['the alphabet of URLs', '-_hlIHNhbXBsZSBub25jZQ=='],
    ['missing padding', 'dGhlIHNhbXBsZSBub25jZQ'],
    ['bits beyond the 16th byte', 'dGhlIHNhbXBsZSBub25jZR=='],
    ['a blank after it', 'dGhlIHNhbXBsZSBub25jZQ== '],
    ['a blank within', 'dGhlIHNhbXBs SBub25jZQ=='],
    ['padding in the middle', 'dGhlIHNh==BsZSBub25jZQ=='],
  ])('refuses %s', (_, key) => {
    expect(isKey(key)).toBe(false);
  });
});

describe('acceptFor', () => {
  it('answers the sample nonce as RFC 6455 section 1.3 does', () => {
    expect(acceptFor('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});
