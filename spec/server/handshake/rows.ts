import { fields, opened, refused, request, type Row, target } from './row.js';

const LISTS = { headers: { upgrade: 'websocket', 'sec-websocket-version': '13, 8' } };
const UPGRADE = { headers: { upgrade: 'websocket', connection: 'close, Upgrade' } };

/** What stands in the first line. */
const FIRST_LINE: readonly Row[] = [
  opened('the example of RFC 6455', request()),
  refused('POST', request({}, 'POST / HTTP/1.1'), 405, /method is "POST", expected GET/, {
    headers: { allow: 'GET' },
  }),
  refused('OPTIONS', request({}, 'OPTIONS / HTTP/1.1'), 405, /"OPTIONS"/, { headers: { allow: 'GET' } }),
  refused('CONNECT', request({}, 'CONNECT h:80 HTTP/1.1'), 405, /"CONNECT"/, { headers: { allow: 'GET' } }),
  refused('a method in lower case', request({}, 'get / HTTP/1.1'), 400, /Invalid method/),
  refused('a method that is not HTTP’s', request({}, 'FROB / HTTP/1.1'), 400, /Invalid method/),
  refused('HTTP/0.9', request({}, 'GET / HTTP/0.9'), 505, /"0\.9", expected 1\.1/),
  refused('HTTP/1.0', request({}, 'GET / HTTP/1.0'), 505, /"1\.0", expected 1\.1/),
  refused('HTTP/2.0', request({}, 'GET / HTTP/2.0'), 505, /"2\.0", expected 1\.1/),
  refused('HTTP/1.2', request({}, 'GET / HTTP/1.2'), 400, /HTTP version/),
  refused('no version of HTTP', request({}, 'GET /'), 505, /"0\.9", expected 1\.1/),
  refused('another protocol', request({}, 'GET / FTP/1.1'), 400, /malformed/),
  opened('empty lines in front', `\r\n\r\n${request()}`),
  opened('4 KB of empty lines in front', '\r\n'.repeat(2048) + request()),
  refused('an absolute target', target('http://127.0.0.1/'), 400, /a path that begins with "\/"/),
  refused('an absolute target of another host', target('http://evil.example/'), 400, /request target/),
  refused('an authority as target', target('evil.example:80'), 400, /malformed/),
  refused('the target *', target('*'), 400, /request target is malformed/),
  opened('a target that looks like an authority', target('//evil.example/x')),
  opened('a target with dots', target('/../x')),
  opened('a target with a backslash', target('/a\\b')),
  opened('a target with a fragment', target('/#a')),
  opened('a target with 8000 question marks', target(`/${'?'.repeat(8000)}`)),
  opened('a target that cannot be decoded', target('/%')),
  opened('a target with an encoded NUL', target('/%00')),
  refused('a target with octets over 0x7f', target('/\xc3\xbc'), 400, /Invalid char in url path/),
  refused('a target with a blank', target('/a b'), 400, /malformed/),
  refused('a target with NUL', target('/a\0b'), 400, /malformed/),
  refused('a target of 20 KB', target(`/${'a'.repeat(20_000)}`), 431, /too long/),
];

const HOST: readonly Row[] = [
  ...['[::1]:80', 'h:0', 'h:65535', 'H', '127.0.0.1:9000', 'xn--bcher-kva.example', 'a_b.example'].map(
    (host) => opened(`the Host ${host}`, request({ host: `Host: ${host}` })),
  ),
  ...[
    ...['', 'h:65536', 'h:', 'h:+80', 'h:80a', 'user@h', 'h h', 'h\xfc', '[', '[::1', '[::1]a', 'a:b:c'],
    ...['%', 'http://h', 'h/', 'h?', 'h,h', 'h'.repeat(10_000)],
  ].map((host) =>
    refused(
      `the Host ${host.length > 99 ? 'of 10 000 letters' : JSON.stringify(host)}`,
      request({ host: `Host: ${host}` }),
      400,
      /Host is missing, there more than once, or malformed/,
    ),
  ),
  refused('no Host', request({ host: undefined }), 400, /Host is missing/),
  refused('two Hosts', request({ more: 'Host: 127.0.0.1' }), 400, /more than once/),
  refused('two Hosts in one line', request({ host: 'Host: a, b' }), 400, /malformed/),
];

const UPGRADE_AND_CONNECTION: readonly Row[] = [
  refused('no Upgrade', request({ upgrade: undefined }), 426, /Upgrade is missing/, UPGRADE),
  refused('nothing but a Host', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 426, /Upgrade is missing/, UPGRADE),
  opened('Upgrade in other case', request({ upgrade: 'Upgrade: WebSocket' })),
  refused('Upgrade as a list', request({ upgrade: 'Upgrade: websocket, h2c' }), 400, /"websocket, h2c"/),
  refused('an empty Upgrade', request({ upgrade: 'Upgrade:' }), 400, /Upgrade is ""/),
  refused('Upgrade: xwebsocket', request({ upgrade: 'Upgrade: xwebsocket' }), 400, /"xwebsocket"/),
  refused('Upgrade: websocket/13', request({ upgrade: 'Upgrade: websocket/13' }), 400, /"websocket\/13"/),
  refused('Upgrade: h2c', request({ upgrade: 'Upgrade: h2c' }), 400, /"h2c"/),
  refused('two Upgrades', request({ more: 'Upgrade: h2c' }), 400, /"websocket, h2c"/),
  refused('no Connection', request({ connection: undefined }), 426, /Connection does not/, UPGRADE),
  ...['keep-alive', 'close', 'xUpgrade', 'Upgrade-Insecure', '"Upgrade"'].map((value) =>
    refused(
      `Connection: ${value}`,
      request({ connection: `Connection: ${value}` }),
      426,
      /does not have/,
      UPGRADE,
    ),
  ),
  ...['keep-alive, UPGRADE', ',Upgrade,', 'close, upgrade'].map((value) =>
    opened(`Connection: ${value}`, request({ connection: `Connection: ${value}` })),
  ),
  opened('two Connections', request({ connection: 'Connection: keep-alive\r\nConnection: Upgrade' })),
];

const KEY_TEXT = /Sec-WebSocket-Key is missing, there more than once, or not 16 bytes in base64/;

const KEY: readonly Row[] = [
  refused('no key', request({ key: undefined }), 400, KEY_TEXT),
  ...[
    ['an empty key', ''],
    ['a key of 15 octets', 'dGhlIHNhbXBsZSBub25j'],
    ['a key of 17 octets', 'dGhlIHNhbXBsZSBub25jZSE='],
    ['a key outside of base64', 'dGhlIHNhbXBsZSBub2*jZQ=='],
    ['a key in the alphabet of URLs', 'dGhlIHNhbXBsZSBub2-_ZQ=='],
    ['a key without padding', 'dGhlIHNhbXBsZSBub25jZQ'],
    ['a key with bits behind its end', 'dGhlIHNhbXBsZSBub25jZR=='],
    ['a key twice in one line', 'dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=='],
  ].map(([name = '', value = '']) =>
    refused(name, request({ key: `Sec-WebSocket-Key: ${value}` }), 400, KEY_TEXT),
  ),
  refused('two keys', request({ more: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' }), 400, KEY_TEXT),
  opened('a key with blanks around it', request({ key: 'Sec-WebSocket-Key: \tdGhlIHNhbXBsZSBub25jZQ== \t' })),
  refused('the keys of the drafts before versions', hixie(), 400, KEY_TEXT),
];

/** A request of draft 76: two keys, and eight octets behind the head. */
function hixie(): string {
  const keys = 'Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00';
  return `${request({ key: keys, version: undefined })}^n:ds[4U`;
}

const version = (value: string): string => request({ version: `Sec-WebSocket-Version: ${value}` });

const VERSION: readonly Row[] = [
  opened('version 8', version('8')),
  refused('no version', request({ version: undefined }), 426, /Version is missing, expected 13 or 8/, LISTS),
  ...['0', '7', '12', '14', '255'].map((value) =>
    refused(`version ${value}`, version(value), 426, new RegExp(`is ${value}, expected 13 or 8`), LISTS),
  ),
  ...['', '13, 8', '013', '1e1+3', '+13', '-13', '13.0', '0x0d', '256', 'thirteen', '\xb93'].map((value) =>
    refused(`version ${JSON.stringify(value)}`, version(value), 400, /not one decimal number/, {
      headers: { 'sec-websocket-version': '13, 8' },
    }),
  ),
  refused('two versions', request({ more: 'Sec-WebSocket-Version: 8' }), 400, /more than once/, {
    headers: { 'sec-websocket-version': '13, 8' },
  }),
  refused('version 8 where it is switched off', version('8'), 426, /is 8, expected 13/, {
    options: { versions: [13] },
    headers: { upgrade: 'websocket', 'sec-websocket-version': '13' },
  }),
];

/** Requests that are no HTTP, or only nearly. */
const SYNTAX: readonly Row[] = [
  refused('a folded header', request({ more: 'X: a\r\n b' }), 400, /malformed/),
  refused('a folded header in front of all others', request({ host: ' X: a\r\nHost: h' }), 400, /malformed/),
  refused('line feeds alone', request().replaceAll('\r\n', '\n'), 400, /malformed/),
  refused('one line feed alone', request().replace('\r\nUpgrade', '\nUpgrade'), 400, /malformed/),
  refused('carriage returns alone', request().replaceAll('\r\n', '\r'), 400, /malformed/),
  refused('a blank in front of a colon', request({ upgrade: 'Upgrade : websocket' }), 400, /malformed/),
  refused('NUL in a value', request({ more: 'X: a\0b' }), 400, /malformed/),
  refused('a control character in a value', request({ more: 'X: a\x01b' }), 400, /malformed/),
  refused('DEL in a value', request({ more: 'X: a\x7fb' }), 400, /malformed/),
  refused('a carriage return in a value', request({ more: 'X: a\rb' }), 400, /malformed/),
  refused('a line feed in a value', request({ more: 'X: a\nb' }), 400, /malformed/),
  refused('a name that is no token', request({ more: 'X A: b' }), 400, /malformed/),
  refused('a name with octets over 0x7f', request({ more: 'X\xfc: b' }), 400, /malformed/),
  refused('an empty name', request({ more: ': b' }), 400, /malformed/),
  refused('a line without a colon', request({ more: 'nonsense' }), 400, /malformed/),
  opened('octets over 0x7f in a value', request({ more: 'X: \xfc\xff' })),
  opened(
    'names that objects have',
    request({ more: '__proto__: x\r\n__proto__: y\r\nconstructor: z\r\nhasOwnProperty: w' }),
  ),
  refused('the first octets of TLS', '\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03', 400, /malformed/),
  refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, /malformed/),
  refused('what is no HTTP', 'hello\r\n\r\n', 400, /malformed/),
  refused('nothing but frames', '\x81\x81\0\0\0\0a', 400, /malformed/),
];

/** How much there may be. */
const LIMITS: readonly Row[] = [
  opened('128 header fields', request({ more: fields(123) })),
  refused(
    '129 header fields',
    request({ more: fields(124) }),
    431,
    /129 header fields, expected at most 128/,
  ),
  refused('3000 header fields', request({ more: fields(3000, 'a') }), 431, /too long/),
  refused(
    'Upgrade behind 3000 header fields',
    request({ upgrade: `${fields(3000, 'a')}\r\nUpgrade: websocket` }),
    431,
    /too long/,
  ),
  refused(
    'Upgrade behind 1500 header fields of three octets',
    request({ upgrade: `${'X:\r\n'.repeat(1500)}Upgrade: websocket` }),
    431,
    /at least 1\d{3} header fields, expected at most 128/,
  ),
  refused('a value of 64 KiB', request({ more: `X: ${'a'.repeat(65_536)}` }), 431, /too long/),
  refused('a name of 64 KiB', request({ more: `${'X'.repeat(65_536)}: a` }), 431, /too long/),
  opened('a Cookie of 15 KB', request({ more: `Cookie: ${'a=b; '.repeat(3000)}` })),
];

/** What is behind the head. */
const BEHIND: readonly Row[] = [
  refused('a Content-Length of 5', `${request({ more: 'Content-Length: 5' })}hello`, 400, /has a body/),
  opened('a Content-Length of 0', request({ more: 'Content-Length: 0' })),
  refused(
    'a Content-Length of 5 and -5',
    request({ more: 'Content-Length: 5\r\nContent-Length: -5' }),
    400,
    /body|malformed/,
  ),
  refused('chunks', `${request({ more: 'Transfer-Encoding: chunked' })}0\r\n\r\n`, 400, /has a body/),
  refused(
    'Transfer-Encoding: identity',
    request({ more: 'Transfer-Encoding: identity' }),
    400,
    /body|malformed/,
  ),
  refused(
    'both lengths',
    request({ more: 'Content-Length: 5\r\nTransfer-Encoding: chunked' }),
    400,
    /body|malformed/,
  ),
  opened('Expect: 100-continue', request({ more: 'Expect: 100-continue' })),
  opened('Expect: something', request({ more: 'Expect: something' })),
  opened('a frame', `${request()}\x81\x81\0\0\0\0a`, { frames: ['text a'] }),
  opened('a Ping', `${request()}\x89\x81\0\0\0\0p`, { frames: ['pong p'] }),
  opened('a Close frame', `${request()}\x88\x82\0\0\0\0\x03\xe8`, { frames: ['close 1000'] }),
  opened('a frame without a mask', `${request()}\x81\x01a`, { frames: ['close 1002'] }),
  opened('a second request', request() + request(), { frames: ['close 1002'] }),
  refused(
    'a second request, behind one that is refused',
    request({ key: undefined }) + request(),
    400,
    KEY_TEXT,
  ),
  refused(
    'a request that is in order, behind one for no upgrade',
    `GET / HTTP/1.1\r\nHost: h\r\n\r\n${request()}`,
    426,
    /Upgrade is missing/,
  ),
  refused(
    'what is no request, behind one for no upgrade',
    'GET / HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n',
    426,
    /Upgrade is missing/,
  ),
  refused(
    'a request that is in order, behind one that is to be the last',
    `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n${request()}`,
    426,
    /Upgrade is missing/,
  ),
  refused(
    'requests for no upgrade, several',
    'GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(3),
    426,
    /Upgrade is missing/,
  ),
];

/** By what they are about. */
export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'the first line': FIRST_LINE,
  Host: HOST,
  'Upgrade and Connection': UPGRADE_AND_CONNECTION,
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': VERSION,
  syntax: SYNTAX,
  limits: LIMITS,
  'what is behind the head': BEHIND,
};
