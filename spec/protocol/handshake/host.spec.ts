import fc from 'fast-check';
import '../../support/seed.js';
import { isHost, parseHost, parsePort } from '../../../src/protocol/handshake/host.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

const authority = fc
  .tuple(fc.domain(), fc.option(fc.integer({ min: 0, max: 65535 })))
  .map(([name, port]) => (port === null ? name : `${name}:${port}`));

describe('parseHost', () => {
  it.each([
    ['h', 'h', undefined],
    ['h:0', 'h', 0],
    ['h:65535', 'h', 65535],
    ['Example.COM:80', 'example.com', 80],
    ['127.0.0.1:9000', '127.0.0.1', 9000],
    ['a_b.c-d~e', 'a_b.c-d~e', undefined],
    ['example.com.', 'example.com.', undefined],
    ['[::1]:80', '[::1]', 80],
    ['[::1]', '[::1]', undefined],
    ['[::]', '[::]', undefined],
    ['[2001:DB8::1]', '[2001:db8::1]', undefined],
    ['[1:2:3:4:5:6:7:8]', '[1:2:3:4:5:6:7:8]', undefined],
    ['[1:2:3:4:5:6:7::]', '[1:2:3:4:5:6:7::]', undefined],
    ['[::ffff:10.0.0.1]:1', '[::ffff:10.0.0.1]', 1],
    ['[1:2:3:4:5:6:1.2.3.4]', '[1:2:3:4:5:6:1.2.3.4]', undefined],
    ['a'.repeat(255), 'a'.repeat(255), undefined],
  ])('of %j is %j and %j', (text, name, port) => {
    expect(parseHost(text)).toEqual({ name, port });
    expect(isHost(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['only a port', ':80'],
    ['an empty port', 'h:'],
    ['an escape', '%C3%A9.example'],
    ['a character of URLs that no name has', 'a!b'],
    ['an empty port after an address', '[::1]:'],
    ['a group with a control character', '[::\x11]'],
    ['a port above 65535', 'h:65536'],
    ['a port of six digits', 'h:000080'],
    ['a port that is not decimal', 'h:8o'],
    ['a signed port', 'h:+80'],
    ['two ports', 'h:80:80'],
    ['user information', 'user@h'],
    ['user information with a password', 'user:pw@h'],
    ['a blank', 'h h'],
    ['a list', 'h, evil'],
    ['a path', 'h/x'],
    ['bytes beyond ASCII', 'b\xc3\xbccher.example'],
    ['a full-width dot', 'example\uff0ecom'],
    ['a control character', 'h\t'],
    ['a broken escape', 'h%4'],
    ['an escape that is not hexadecimal', 'h%zz'],
    ['10 KiB', 'a'.repeat(10_240)],
    ['256 characters', 'a'.repeat(256)],
    ['an open bracket', '[::1'],
    ['a closing bracket', '::1]'],
    ['IPv6 without brackets', '::1'],
    ['text after the bracket', '[::1]x'],
    ['empty brackets', '[]'],
    ['nine groups', '[1:2:3:4:5:6:7:8:9]'],
    ['seven groups', '[1:2:3:4:5:6:7]'],
    ['two gaps', '[1::2::3]'],
    ['a gap of three colons', '[:::]'],
    ['a gap for nothing', '[1:2:3:4::5:6:7:8]'],
    ['a group of five digits', '[::12345]'],
    ['a group that is not hexadecimal', '[::g]'],
    ['a leading colon', '[:1:2:3:4:5:6:7]'],
    ['a zone', '[fe80::1%25eth0]'],
    ['a future address', '[v1.a]'],
    ['IPv4 before the gap', '[1.2.3.4::]'],
    ['IPv4 of three parts', '[::1.2.3]'],
    ['IPv4 out of range', '[::1.2.3.256]'],
    ['IPv4 with a leading zero', '[::1.2.3.04]'],
    ['IPv4 in brackets', '[1.2.3.4]'],
  ])('refuses %s', (_, text) => {
    expect(parseHost(text)).toBeUndefined();
    expect(isHost(text)).toBe(false);
  });

  it('accepts every host and port that a URL has', () => {
    fc.assert(
      fc.property(authority, fc.ipV6(), (text, address) => {
        expect(parseHost(text)?.name).toBe(text.replace(/:\d*$/, '').toLowerCase());
        expect(parseHost(`[${address}]:1`)?.port).toBe(1);
      }),
    );
  });

  it('never throws, and what it accepts it accepts again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('a1:.[]%@* \xff')) }), (text) => {
        const parsed = parseHost(text);
        if (parsed === undefined) return;
        const { name, port } = parsed;
        expect(parseHost(port === undefined ? name : `${name}:${port}`)).toEqual(parsed);
      }),
    );
  });
});

describe('the work of parseHost', () => {
  it.each(HOSTILE_TEXTS)('does not grow with the length of %s', (_, make) => {
    expect(growth(parseHost, make)).toBeLessThan(1.1);
    expect(growth(parseHost, (size) => `[${make(size)}`)).toBeLessThan(1.1);
  });
});

describe('parsePort', () => {
  it.each([
    ['0', 0],
    ['00080', 80],
    ['65535', 65535],
    ['65536', undefined],
    ['', undefined],
    ['-1', undefined],
    ['123456', undefined],
  ])('of %j is %j', (text, port) => {
    expect(parsePort(text)).toBe(port);
  });
});
