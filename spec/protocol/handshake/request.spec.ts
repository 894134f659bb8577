import fc from 'fast-check';
import '../../support/seed.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { formatRefusal } from '../../../src/protocol/handshake/head.js';
import { compileOrigins } from '../../../src/protocol/handshake/origins.js';
import { judgeRequest, type RequestHead, requestHeaders } from '../../../src/protocol/handshake/request.js';
import { SUPPORTED_VERSIONS } from '../../../src/protocol/handshake/versions.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';
import { KEY, type Lines, requestWith } from './requests.js';

const rules = { versions: SUPPORTED_VERSIONS, origins: compileOrigins('same'), maxHeaders: 128 };

const judge = (lines: Lines, line?: Partial<RequestHead>) => judgeRequest(requestWith(lines, line), rules);

describe('judgeRequest', () => {
  it('accepts a valid request', () => {
    const expected = {
      ok: true,
      key: KEY,
      version: 13,
      offeredSubprotocols: [],
      extensionOffers: [],
      origin: undefined,
    };
    expect(judge({})).toEqual(expected);
  });

  it('gives what was offered', () => {
    expect(judge({ 'Sec-WebSocket-Protocol': ['b', 'a, c'], Origin: 'http://h' })).toMatchObject({
      ok: true,
      offeredSubprotocols: ['b', 'a', 'c'],
      origin: 'http://h',
    });
  });

  it.each<[string, Lines, Partial<RequestHead>?]>([
    ['Upgrade in another case', { Upgrade: 'WebSocket' }],
    ['Connection: keep-alive, UPGRADE', { Connection: 'keep-alive, UPGRADE' }],
    ['Connection in two lines', { Connection: ['keep-alive', 'Upgrade'] }],
    ['version 8', { 'Sec-WebSocket-Version': '8' }],
    ['Content-Length: 0', { 'Content-Length': '0' }],
    ['Host with an address and a port', { Host: '[::1]:80' }],
    ['Host with port 0', { Host: 'h:0' }],
    ['a target of two slashes', {}, { target: '//evil/x' }],
    ['a target of dots, escapes and backslashes', {}, { target: '/../%00/%/\\?a=1&b' }],
    ['a query of 8000 question marks', {}, { target: `/${'?'.repeat(8000)}` }],
    ['a fragment in the target', {}, { target: '/#a' }],
    ['raw octets in the target', {}, { target: '/\x80\xff' }],
    ['Connection with an element that is no token', { Connection: 'Upgrade, "' }],
    ['Expect: 100-continue', { Expect: '100-continue' }],
    ['an extension named as a property', { 'Sec-WebSocket-Extensions': '__proto__; toString=1' }],
    ['an empty element among extensions', { 'Sec-WebSocket-Extensions': ['x,,y', ''] }],
    ['2000 extension offers', { 'Sec-WebSocket-Extensions': 'permessage-deflate,'.repeat(2000) }],
    ['headers named as properties of objects', { ['__proto__']: 'x', constructor: 'y' }],
    ['16 KiB of Cookie', { Cookie: 'a'.repeat(16_384) }],
  ])('accepts %s', (_, lines, ...[line]) => {
    expect(judge(lines, line).ok).toBe(true);
  });

  it.each<[string, number, Lines, Partial<RequestHead>?]>([
    ['POST', 405, {}, { method: 'POST' }],
    ['no method', 405, {}, { method: undefined }],
    ['an empty port in Host', 400, { Host: 'h:' }],
    ['a repeated Origin', 400, { Origin: ['http://h', 'http://h'] }],
    ['an empty offer of subprotocols', 400, { 'Sec-WebSocket-Protocol': '' }],
    ['an empty Content-Length', 400, { 'Content-Length': '' }],
    ['method get', 405, {}, { method: 'get' }],
    ['HTTP/1.0', 505, {}, { httpVersion: '1.0' }],
    ['HTTP/2.0', 505, {}, { httpVersion: '2.0' }],
    ['HTTP/1.2', 505, {}, { httpVersion: '1.2' }],
    ['no Host', 400, { Host: undefined }],
    ['two Hosts', 400, { Host: ['h', 'h'] }],
    ['an empty Host', 400, { Host: '' }],
    ['a Host port above 65535', 400, { Host: 'h:65536' }],
    ['user information in Host', 400, { Host: 'user@h' }],
    ['a blank in Host', 400, { Host: 'h h' }],
    ['bytes beyond ASCII in Host', 400, { Host: 'b\xc3\xbccher' }],
    ['10 KiB of Host', 400, { Host: 'h'.repeat(10_240) }],
    ['no Upgrade', 426, { Upgrade: undefined }],
    ['a list in Upgrade', 400, { Upgrade: 'websocket, h2c' }],
    ['another Upgrade', 400, { Upgrade: 'xwebsocket' }],
    ['an Upgrade with a version', 400, { Upgrade: 'websocket/13' }],
    ['an empty Upgrade', 400, { Upgrade: '' }],
    ['two Upgrades', 400, { Upgrade: ['websocket', 'h2c'] }],
    ['no Connection', 426, { Connection: undefined }],
    ['Connection: keep-alive', 426, { Connection: 'keep-alive' }],
    ['Connection: xUpgrade', 426, { Connection: 'xUpgrade' }],
    ['a malformed Connection', 426, { Connection: 'Upgrade "' }],
    ['no key', 400, { 'Sec-WebSocket-Key': undefined }],
    ['an empty key', 400, { 'Sec-WebSocket-Key': '' }],
    ['a key of 15 bytes', 400, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j' }],
    ['a key of 17 bytes', 400, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZTE=' }],
    ['a key outside the alphabet', 400, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j*Q==' }],
    ['a key without padding', 400, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ' }],
    ['a key that is not canonical', 400, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZR==' }],
    ['two keys', 400, { 'Sec-WebSocket-Key': [KEY, KEY] }],
    ['no version', 426, { 'Sec-WebSocket-Version': undefined }],
    ['version 12', 426, { 'Sec-WebSocket-Version': '12' }],
    ['a list of versions', 400, { 'Sec-WebSocket-Version': '13, 8' }],
    ['version 013', 400, { 'Sec-WebSocket-Version': '013' }],
    ['version 1e1+3', 400, { 'Sec-WebSocket-Version': '1e1+3' }],
    ['two versions', 400, { 'Sec-WebSocket-Version': ['13', '8'] }],
    ['a target of one star', 400, {}, { target: '*' }],
    ['an absolute target', 400, {}, { target: 'http://other/x' }],
    ['an empty target', 400, {}, { target: '' }],
    ['no target', 400, {}, { target: undefined }],
    ['a control in the target', 400, {}, { target: '/\x7f' }],
    ['a blank in the target', 400, {}, { target: '/a b' }],
    ['content', 400, { 'Content-Length': '5' }],
    ['a Content-Length that is none', 400, { 'Content-Length': 'x' }],
    ['two Content-Lengths', 400, { 'Content-Length': ['0', '0'] }],
    ['Transfer-Encoding', 400, { 'Transfer-Encoding': 'chunked' }],
    ['content of both kinds', 400, { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }],
    ['a subprotocol twice', 400, { 'Sec-WebSocket-Protocol': 'a, a' }],
    ['an empty subprotocol', 400, { 'Sec-WebSocket-Protocol': 'a,,b' }],
    ['64 KiB of blanks in a subprotocol', 400, { 'Sec-WebSocket-Protocol': `b${' '.repeat(65_536)}x` }],
    ['an extension without a name', 400, { 'Sec-WebSocket-Extensions': ',;constructor' }],
    ['an empty list of extensions', 400, { 'Sec-WebSocket-Extensions': '' }],
    ['an open quoted string', 400, { 'Sec-WebSocket-Extensions': `a; b="${'\\c'.repeat(4096)}` }],
    ['open backslashes', 400, { 'Sec-WebSocket-Extensions': `a; b="${'\\\\'.repeat(4096)}` }],
    ['a malformed second line of extensions', 400, { 'Sec-WebSocket-Extensions': ['a', 'b c'] }],
    ['a quoted string in two lines', 400, { 'Sec-WebSocket-Extensions': ['a; b="c', 'd"'] }],
    ['two Origins', 400, { Origin: ['http://h', 'http://evil'] }],
    ['another Origin', 403, { Origin: 'http://evil' }],
    ['an opaque Origin', 403, { Origin: 'null' }],
    ['an Origin that is none', 403, { Origin: '' }],
  ])('answers %s with %d', (_, status, lines, ...[line]) => {
    const judgement = judge(lines, line);
    expect(judgement).toMatchObject({ ok: false, status });
    if (!judgement.ok) {
      expect(judgement.reason).not.toBe('');
      expect(judgement.reason).not.toContain(KEY);
    }
  });

  it('gives the extensions that were offered, those of several lines as one list, and 16 at most', () => {
    const lines = ['a; x="1", b', 'c'];
    expect(judge({ 'Sec-WebSocket-Extensions': lines })).toHaveProperty('extensionOffers', [
      { name: 'a', parameters: [{ name: 'x', value: '1' }] },
      { name: 'b', parameters: [] },
      { name: 'c', parameters: [] },
    ]);
    const many = judge({ 'Sec-WebSocket-Extensions': 'a,'.repeat(2000) });
    expect(many).toHaveProperty('extensionOffers.length', 16);
  });

  it('says which header is malformed, and never what is in it', () => {
    const judgement = judge({ 'Sec-WebSocket-Extensions': 'hostile <b>' });
    expect(judgement).toHaveProperty(
      'reason',
      expect.stringMatching(/^Sec-WebSocket-Extensions is malformed/),
    );
    expect(judgement).not.toHaveProperty('reason', expect.stringContaining('hostile'));
  });

  it('says which method is allowed', () => {
    expect(judge({}, { method: 'PUT' })).toMatchObject({ headers: [['Allow', 'GET']] });
  });

  it('says what to upgrade to', () => {
    for (const lines of [{ Upgrade: undefined }, { Connection: undefined }]) {
      expect(judge(lines)).toMatchObject({ headers: [['Upgrade', 'websocket']] });
    }
  });

  it.each([[undefined], ['12'], ['013'], [['13', '8']]])('lists its versions to version %j', (version) => {
    const judgement = judge({ 'Sec-WebSocket-Version': version });
    expect(judgement).toHaveProperty('headers', expect.arrayContaining([['Sec-WebSocket-Version', '13, 8']]));
  });

  it('names the option that would accept an origin, and cuts a long one', () => {
    expect(judge({ Origin: 'http://evil' })).toHaveProperty(
      'reason',
      expect.stringMatching(/"http:\/\/evil" .*"origins"/),
    );
    const long = judge({ Origin: `http://${'e'.repeat(16_384)}` });
    expect(long).toHaveProperty('reason', expect.stringMatching(/^.{0,200}$/));
  });

  it('reads Sec-WebSocket-Origin before Origin where the version is 8, and only there', () => {
    const early = { 'Sec-WebSocket-Version': '8', 'Sec-WebSocket-Origin': 'http://h' };
    expect(judge({ ...early, Origin: 'http://evil' })).toMatchObject({ ok: true, origin: 'http://h' });
    expect(judge({ 'Sec-WebSocket-Version': '8', Origin: 'http://evil' })).toMatchObject({ status: 403 });
    expect(judge({ ...early, 'Sec-WebSocket-Origin': ['http://h', 'http://h'] })).toMatchObject({
      status: 400,
    });
    expect(judge({ 'Sec-WebSocket-Origin': 'http://evil' })).toMatchObject({ ok: true, origin: undefined });
  });

  it('refuses version 8 where the server speaks only 13', () => {
    const request = requestWith({ 'Sec-WebSocket-Version': '8' });
    expect(judgeRequest(request, { ...rules, versions: [13] })).toMatchObject({
      status: 426,
      headers: [
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
      ],
    });
  });

  it('answers any headers with an acceptance or a refusal that can be written', () => {
    const names = fc.constantFrom(
      'Host',
      'Upgrade',
      'Connection',
      'Sec-WebSocket-Key',
      'Sec-WebSocket-Version',
      'Sec-WebSocket-Protocol',
      'Sec-WebSocket-Extensions',
      'Origin',
      'Content-Length',
    );
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab13:/., \t"*%[]@=;\\\xff')) });
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.oneof(text, fc.array(text)), { maxKeys: 2 }),
        text,
        (lines, target) => {
          for (const each of [{}, { target }]) {
            const judgement = judge(lines, each);
            if (!judgement.ok) formatRefusal(judgement.status, judgement.reason, judgement.headers);
          }
        },
      ),
    );
  });

  it('takes as many header fields as it is told to, and no more', () => {
    const request = requestWith({ 'X-A': Array.from({ length: 123 }, () => 'a') });
    expect(request.headers.size).toBe(128);
    expect(judgeRequest(request, rules)).toMatchObject({ ok: true });
    expect(judgeRequest(request, { ...rules, maxHeaders: 127 })).toMatchObject({ status: 431 });
  });

  it.each(['same', 'any', ['null']] as const)(
    'lets a request without Origin pass where %j may connect',
    (option) => {
      const request = requestWith({});
      expect(judgeRequest(request, { ...rules, origins: compileOrigins(option) })).toMatchObject({
        ok: true,
      });
    },
  );

  it('refuses two Origins even where any may connect', () => {
    const request = requestWith({ Origin: ['http://a', 'http://b'] });
    expect(judgeRequest(request, { ...rules, origins: compileOrigins('any') })).toMatchObject({
      status: 400,
    });
  });

  it.each(SUPPORTED_VERSIONS)('accepts what a client of version %d writes', (version) => {
    const input = {
      host: 'h:8080',
      key: KEY,
      version,
      subprotocols: ['b', 'a'],
      extensions: [{ name: 'x', parameters: [{ name: 'y', value: 'z' }] }],
      origin: 'http://h:8080',
    };
    const headers = HeaderFields.from(requestHeaders(input));
    expect(judgeRequest({ method: 'GET', target: '/', httpVersion: '1.1', headers }, rules)).toEqual({
      ok: true,
      key: KEY,
      version,
      offeredSubprotocols: ['b', 'a'],
      extensionOffers: input.extensions,
      origin: 'http://h:8080',
    });
  });

  describe.each([
    'Host',
    'Upgrade',
    'Connection',
    'Sec-WebSocket-Key',
    'Sec-WebSocket-Version',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'Content-Length',
    'Origin',
  ])('judging a hostile %s', (name) => {
    it.each(HOSTILE_TEXTS)('at most doubles its work with the length of %s', (_, make) => {
      expect(growth((text) => withHostile(name, text), make)).toBeLessThan(2.1);
    });
  });

  it.each(HOSTILE_TEXTS)('at most doubles its work with the length of a target of %s', (_, make) => {
    expect(
      growth(
        (target) => judge({}, { target }),
        (size) => `/${make(size)}`,
      ),
    ).toBeLessThan(2.1);
  });
});

function withHostile(name: string, text: string) {
  return judge({ [name]: [text] });
}
