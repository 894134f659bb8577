import { accept, basicAuth } from '../../../src/index.js';
import { opened, refused, request, type Row } from './row.js';

const offering = (text: string): string => request({ more: `Sec-WebSocket-Protocol: ${text}` });
const extending = (text: string): string => request({ more: `Sec-WebSocket-Extensions: ${text}` });
const CHAT = { options: { subprotocols: ['chat', 'a'] } };
const NONE = { headers: { 'sec-websocket-protocol': undefined } };
const MALFORMED = /Sec-WebSocket-Protocol is malformed, expected tokens, each once/;

const SUBPROTOCOLS: readonly Row[] = [
  opened('one that is spoken', offering('chat'), { ...CHAT, headers: { 'sec-websocket-protocol': 'chat' } }),
  opened('one that nobody speaks', offering('other'), { ...CHAT, ...NONE }),
  opened('one in other case', offering('Chat'), { ...CHAT, ...NONE }),
  opened('two in two lines', request({ more: 'Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Protocol: a' }), {
    ...CHAT,
    headers: { 'sec-websocket-protocol': 'a' },
  }),
  opened('one named constructor', offering('constructor, __proto__'), NONE),
  ...['a, a', 'a,,b', ',a', 'a,', 'a b', '"a"', 'a;b', '', `b${' '.repeat(8000)}x`].map((text) =>
    refused(
      `the list ${text.length > 99 ? 'with 8000 blanks' : JSON.stringify(text)}`,
      offering(text),
      400,
      MALFORMED,
    ),
  ),
  refused(
    'the same in two lines',
    request({ more: 'Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a' }),
    400,
    MALFORMED,
  ),
  refused('none where one is required', request(), 400, /expected one of "chat"/, {
    options: { subprotocols: ['chat'], requireSubprotocol: true },
  }),
];

const COMPRESSING = { options: { compression: true } };
const PLAIN = { ...COMPRESSING, headers: { 'sec-websocket-extensions': undefined } };
const compressed = (parameters = ''): Partial<Row> => ({
  ...COMPRESSING,
  headers: {
    'sec-websocket-extensions': `permessage-deflate${parameters}`,
  },
});
const BAD_LIST = /Sec-WebSocket-Extensions is malformed/;

const EXTENSIONS: readonly Row[] = [
  opened('one named constructor', extending('constructor'), PLAIN),
  opened('one named __proto__', extending('__proto__; toString=1'), PLAIN),
  opened('permessage-deflate where it is off', extending('permessage-deflate'), {
    headers: { 'sec-websocket-extensions': undefined },
  }),
  opened('a window of 16 bits', extending('permessage-deflate; server_max_window_bits=16'), PLAIN),
  opened('a window of 08 bits', extending('permessage-deflate; client_max_window_bits=08'), PLAIN),
  opened('a window of "10" bits', extending('permessage-deflate; server_max_window_bits="10"'), {
    ...compressed('; server_max_window_bits=10'),
  }),
  opened(
    'a parameter twice',
    extending('permessage-deflate; server_no_context_takeover; server_no_context_takeover'),
    PLAIN,
  ),
  opened('a parameter that nobody knows', extending('permessage-deflate; unknown'), PLAIN),
  opened('2000 offers', extending(Array(2000).fill('x').join(', ')), PLAIN),
  ...[',;constructor', ';', 'a;', 'a; b=', 'a; b="', 'a; b="\\', 'a=b', 'a; b="c d"', 'a b', '"a"'].map(
    (text) => refused(`the list ${JSON.stringify(text)}`, extending(text), 400, BAD_LIST, COMPRESSING),
  ),
  refused(
    'a quoted value of 8000 backslashes',
    extending(`permessage-deflate; a="${'\\'.repeat(8001)}`),
    400,
    BAD_LIST,
  ),
];

const from = (origin: string): string => request({ more: `Origin: ${origin}` });
const LISTED = {
  options: { origins: ['https://example.com', 'https://*.example.com', 'http://localhost:*'] },
};
const NOT_ALLOWED = /is not one of those that the option "origins" allows/;

const ORIGINS: readonly Row[] = [
  opened('no Origin', request()),
  opened('no Origin where there is a list', request(), LISTED),
  opened('the same host', from('http://127.0.0.1')),
  opened('the same host over TLS', from('https://127.0.0.1')),
  opened('the same host and port', request({ host: 'Host: h:81', more: 'Origin: http://h:81' })),
  refused('another host', from('http://evil.example'), 403, NOT_ALLOWED),
  refused('the same host on another port', from('http://127.0.0.1:8080'), 403, NOT_ALLOWED),
  refused('a host that begins with the same', from('http://127.0.0.1.evil.example'), 403, NOT_ALLOWED),
  refused('no host, as of a sandbox', from('null'), 403, NOT_ALLOWED),
  refused('no host, as of a file', from('file://'), 403, NOT_ALLOWED),
  refused('an empty Origin', from(''), 403, NOT_ALLOWED),
  opened('another host where any may come', from('http://evil.example'), { options: { origins: 'any' } }),
  refused(
    'two Origins',
    request({ more: 'Origin: http://127.0.0.1\r\nOrigin: http://evil.example' }),
    400,
    /more than once/,
  ),
  refused(
    'two Origins where any may come',
    request({ more: 'Origin: http://a.example\r\nOrigin: http://a.example' }),
    400,
    /more than once/,
    { options: { origins: 'any' } },
  ),
  refused('two Origins in one line', from('http://127.0.0.1, http://evil.example'), 403, NOT_ALLOWED),
  refused(
    'another host in the header of version 8',
    request({
      version: 'Sec-WebSocket-Version: 8',
      more: 'Sec-WebSocket-Origin: http://evil.example',
    }),
    403,
    NOT_ALLOWED,
  ),
  ...[
    ...['https://example.com', 'https://a.example.com', 'https://example.com:443', 'HTTPS://EXAMPLE.COM'],
    ...['http://localhost', 'http://localhost:5173', 'https://xn--bcher-kva.example.com'],
  ].map((origin) => opened(`the listed ${origin}`, from(origin), LISTED)),
  ...[
    ...['https://example.com.evil.com', 'https://exampleXcom', 'https://evilexample.com'],
    ...['https://example.com@evil.com', 'https://evil.com/https://example.com', 'https://a.b.example.com'],
    ...['https://evil.com#.example.com', 'https://evil.com?.example.com', 'https://evil.com\\.example.com'],
    ...['http://example.com', 'https://example.com:8443', 'https://example.com.', 'https://.example.com'],
    ...['ftp://example.com', 'example.com', '//example.com', 'https://', 'https:example.com', 'null'],
    ...['https://a,.example.com', 'https://%65xample.com', 'https://example\xe3\x80\x82com', '*'],
    ...['https://*.example.com', 'https://example.com\thttps://evil', 'http://localhost:', '\xff'],
    ...['http://localhost:65536', 'http://localhost.evil.com:80', `https://${'a.'.repeat(4000)}example.com`],
  ].map((origin) =>
    refused(
      `${origin.length > 99 ? '4000 labels' : JSON.stringify(origin)}, which is not listed`,
      from(origin),
      403,
      NOT_ALLOWED,
      LISTED,
    ),
  ),
];

const NAMED = {
  options: { authorize: basicAuth({ realm: 'r', credentials: ['ada', 'p:w'] }) },
};
const WHO = { ...NAMED, headers: { 'www-authenticate': 'Basic realm="r", charset="UTF-8"' } };
const basic = (text: string): string =>
  `Authorization: Basic ${Buffer.from(text, 'latin1').toString('base64')}`;

const CREDENTIALS: readonly Row[] = [
  opened('the right ones, with a colon in the password', request({ more: basic('ada:p:w') }), NAMED),
  ...[
    ['none', 'X: y'],
    ['a wrong password', basic('ada:p')],
    ['no colon', basic('ada')],
    ['nothing behind Basic', 'Authorization: Basic'],
    ['what is no base64', 'Authorization: Basic *!?'],
    ['octets that are no UTF-8', basic('ada:\xff\xfe')],
    ['another scheme', 'Authorization: Digest x'],
    ['two headers', `${basic('ada:p:w')}\r\n${basic('ada:p:w')}`],
    ['8 KB of them', basic('a'.repeat(8000))],
  ].map(([name = '', more = '']) => refused(name, request({ more }), 401, /./, WHO)),
];

const PATHS: readonly Row[] = [
  ...['/chat', '/chat?a=/b', '/ch%61t'].map((path) =>
    opened(`the path served, as ${path}`, request({}, `GET ${path} HTTP/1.1`), {
      options: { path: '/chat' },
    }),
  ),
  ...['/', '/chat/', '/Chat', '//chat', '/chat%2f', '/./chat', '/%'].map((path) =>
    refused(`the path ${path}`, request({}, `GET ${path} HTTP/1.1`), 404, /nothing is served at this path/, {
      options: { path: '/chat' },
    }),
  ),
  refused(
    'faults at a path that nobody serves',
    request({ key: undefined }, 'POST /x HTTP/1.1'),
    404,
    /nothing/,
    {
      options: { path: '/chat' },
    },
  ),
  refused(
    'no upgrade at a path that nobody serves',
    request({ upgrade: undefined }),
    404,
    /nothing is served at this path/,
    {
      options: { path: '/chat' },
    },
  ),
  refused(
    'another method at a path that nobody serves, and no upgrade',
    request({ upgrade: undefined, connection: undefined }, 'POST /x HTTP/1.1'),
    404,
    /nothing is served at this path/,
    {
      options: { path: '/chat' },
    },
  ),
  refused(
    'faults of every kind',
    request({ key: undefined, host: undefined }, 'POST / HTTP/1.1'),
    405,
    /"POST"/,
  ),
  refused(
    'a fault and another origin',
    request({ key: undefined, more: 'Origin: null' }),
    400,
    /Key is missing/,
  ),
  refused('a decision that throws', request(), 500, /^the server could not decide about the request$/m, {
    options: {
      authorize: () => {
        throw new Error('secret');
      },
    },
  }),
  refused('a function for subprotocols that throws', offering('a'), 500, /^the server could not/m, {
    options: {
      selectSubprotocol: () => {
        throw new Error('secret');
      },
    },
  }),
  refused('a function for subprotocols that makes one up', offering('a'), 500, /^the server could not/m, {
    options: { selectSubprotocol: () => 'b\r\nX: y' },
  }),
  refused('a function for subprotocols that says a number', offering('a'), 500, /^the server could not/m, {
    options: { selectSubprotocol: () => 1 as never },
  }),
  refused('a function for subprotocols that takes its time', offering('a'), 500, /^the server could not/m, {
    options: { selectSubprotocol: () => Promise.resolve('a') as never },
  }),
  opened('a header of its own in the answer', request(), {
    options: { authorize: () => accept({ headers: { 'X-Own': '\xfc' } }) },
    headers: { 'x-own': '\xfc' },
  }),
];

/** By what they are about. */
export const CHOICE_ROWS: Readonly<Record<string, readonly Row[]>> = {
  subprotocols: SUBPROTOCOLS,
  extensions: EXTENSIONS,
  origins: ORIGINS,
  credentials: CREDENTIALS,
  'paths and decisions': PATHS,
};
