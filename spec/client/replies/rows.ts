import { closeBody, wireFrame } from '../../../src/testing/index.js';
import { acceptOf } from '../../support/raw-peer.js';
import { CLOSE, TEXT } from '../../support/wire-frames.js';
import { acceptIn, keyIn, notAgreed, opened, refused, reply, type Reply, type Row } from './row.js';

const accepting =
  (text: (accept: string, key: string) => string): Reply =>
  (head) =>
    reply({ accept: text(acceptIn(head), keyIn(head)) })(head);

const followedBy =
  (answer: Reply, octets: string): Reply =>
  (head) =>
    answer(head) + octets;

const frame = (opcode: number, payload: Uint8Array | string): string =>
  Buffer.from(wireFrame({ opcode, payload })).toString('latin1');

const HELLO = frame(TEXT, 'a');
const BYE = frame(CLOSE, closeBody(1000));
const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';
const SUBPROTOCOL = 'Sec-WebSocket-Protocol:';
const ONE = { subprotocols: ['a'] };
const TWO = { subprotocols: ['a', 'b'] };

/** What proves that the server has understood. */
const PROOF: readonly Row[] = [
  refused('no accept', reply({ accept: undefined }), 101, /Sec-WebSocket-Accept is there 0 times/),
  refused(
    'a wrong accept',
    accepting(() => `Sec-WebSocket-Accept: ${acceptOf('x')}`),
    101,
    /does not answer/,
  ),
  refused(
    'an accept in other case',
    accepting((accept) => `Sec-WebSocket-Accept: ${accept.toLowerCase()}`),
    101,
    /does not answer/,
  ),
  refused(
    'the accept of the key with a blank behind it',
    accepting((_, key) => `Sec-WebSocket-Accept: ${acceptOf(`${key} `)}`),
    101,
    /does not answer/,
  ),
  refused(
    'a right accept and a wrong one',
    accepting((accept) => `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Accept: x`),
    101,
    /is there 2 times/,
  ),
  refused(
    'the right accept twice',
    accepting((accept) => `Sec-WebSocket-Accept: ${accept}\r\nsec-websocket-accept: ${accept}`),
    101,
    /is there 2 times/,
  ),
];

const SWITCH: readonly Row[] = [
  opened('all that is needed', reply()),
  opened(
    'names of protocols in other case',
    reply({ upgrade: 'Upgrade: WEBSOCKET', connection: 'Connection: UPGRADE' }),
  ),
  opened('a list in Connection', reply({ connection: 'Connection: keep-alive, Upgrade' })),
  opened('no reason phrase', reply({}, 'HTTP/1.1 101 ')),
  refused('HTTP/1.0', reply({}, 'HTTP/1.0 101 Switching Protocols'), 101, /HTTP version is "1\.0"/),
  refused('no Upgrade', reply({ upgrade: undefined }), 101, /101, but without/),
  refused('another protocol in Upgrade', reply({ upgrade: 'Upgrade: h2c' }), 101, /Upgrade is "h2c"/),
  refused('no Connection', reply({ connection: undefined }), 101, /101, but without/),
  refused('Connection: close', reply({ connection: 'Connection: close' }), 101, /101/),
  refused('Transfer-Encoding', reply({ more: 'Transfer-Encoding: chunked' }), 101, /Transfer-Encoding/),
];

const AGREEMENT: readonly Row[] = [
  notAgreed('a subprotocol where none was offered', `${SUBPROTOCOL} a`, /none was offered/),
  notAgreed('a subprotocol that was not offered', `${SUBPROTOCOL} c`, /expected one of "a", "b"/, TWO),
  notAgreed('two subprotocols', `${SUBPROTOCOL} a, b`, /"a, b"/, TWO),
  notAgreed(
    'a subprotocol header twice',
    `${SUBPROTOCOL} a\r\n${SUBPROTOCOL} a`,
    /2 Sec-WebSocket-Protocol/,
    TWO,
  ),
  notAgreed('a subprotocol in other case', `${SUBPROTOCOL} A`, /"A"/, ONE),
  notAgreed('no subprotocol', 'X: y', /no subprotocol/, ONE),
  opened('no subprotocol where none is required', reply(), {
    options: { ...ONE, requireSubprotocol: false },
  }),
  opened('a subprotocol that was offered', reply({ more: `${SUBPROTOCOL} b` }), { options: TWO }),
  notAgreed('an extension where none was offered', DEFLATE, /none was offered/, { compression: false }),
  notAgreed('an extension that nobody knows', 'Sec-WebSocket-Extensions: x-foo', /x-foo/),
  notAgreed('an extension with the name of a property', 'Sec-WebSocket-Extensions: __proto__', /__proto__/),
  notAgreed('an extension twice', `${DEFLATE}, permessage-deflate`, /permessage-deflate/),
  notAgreed('a parameter that nobody knows', `${DEFLATE}; x`, /permessage-deflate/),
  notAgreed(
    'a parameter twice',
    `${DEFLATE}; server_no_context_takeover; server_no_context_takeover`,
    /twice/,
  ),
  notAgreed('a window of 1000 bits', `${DEFLATE}; server_max_window_bits=1000`, /server_max_window_bits/),
  notAgreed('a window without bits', `${DEFLATE}; server_max_window_bits`, /server_max_window_bits/),
  notAgreed('a window of 7 bits', `${DEFLATE}; client_max_window_bits=7`, /client_max_window_bits/),
  notAgreed('a flag with a value', `${DEFLATE}; server_no_context_takeover=1`, /server_no_context_takeover/),
  notAgreed('a malformed list of extensions', `${DEFLATE};;`, /Sec-WebSocket-Extensions|malformed/),
  opened('an extension that was offered', reply({ more: DEFLATE })),
];

const BEHIND: readonly Row[] = [
  opened('a frame behind it', followedBy(reply(), HELLO), { messages: ['a'] }),
  opened('frames and a Close behind it', followedBy(reply(), HELLO + HELLO + BYE), {
    messages: ['a', 'a'],
    code: 1000,
  }),
  opened('half a frame and the end behind it', followedBy(reply(), HELLO.slice(0, 2)), { code: 1006 }),
  opened(
    'a Content-Length, which has no meaning: what follows is frames',
    followedBy(reply({ more: 'Content-Length: 5' }), 'hello'),
    { code: 1006 },
  ),
  opened('100 Continue before it', (head) => `HTTP/1.1 100 Continue\r\n\r\n${reply()(head)}`),
  opened(
    '103 Early Hints before it',
    (head) => `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${reply()(head)}`,
  ),
];

const REFUSALS: readonly Row[] = [
  refused('200 instead of 101', reply({ more: 'Content-Length: 2' }, 'HTTP/1.1 200 OK'), 200, /status 200/, {
    ends: true,
  }),
  refused(
    '401 with a challenge',
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="r"\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 4\r\n\r\nwho?',
    401,
    /status 401/,
    { headers: { 'www-authenticate': 'Basic realm="r"', 'x-a': '1, 2' }, body: 'who?' },
  ),
  refused(
    '407, which is for proxies to say',
    'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n',
    407,
    /status 407/,
    { headers: { 'proxy-authenticate': 'Basic' }, body: '' },
  ),
  refused(
    '426 with other versions',
    'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 99\r\nContent-Length: 0\r\n\r\n',
    426,
    /status 426/,
    { headers: { 'sec-websocket-version': '99' } },
  ),
  refused(
    '302, which nobody asked to follow',
    'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/\r\nContent-Length: 0\r\n\r\n',
    302,
    /status 302/,
    { headers: { location: 'ws://127.0.0.1/' } },
  ),
  refused('302 to nowhere', 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n', 302, /status 302/),
  refused(
    '302 to a script',
    'HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\nContent-Length: 0\r\n\r\n',
    302,
    /status 302/,
  ),
  refused(
    'a body in chunks',
    'HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    500,
    /status 500/,
    { body: 'abcde' },
  ),
  refused('a body that breaks off', 'HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nhalf', 503, /status 503/, {
    body: 'half',
    ends: true,
  }),
  refused('a body up to the end', 'HTTP/1.1 503 Busy\r\n\r\nall of it', 503, /status 503/, {
    body: 'all of it',
    ends: true,
  }),
];

const NOT_HTTP: readonly Row[] = [
  refused('a header field of 1 MB', reply({ more: `X: ${'y'.repeat(1_000_000)}` }), undefined, /[Oo]verflow/),
  refused(
    'a header field without an end',
    `HTTP/1.1 101 X\r\nX: ${'y'.repeat(1_000_000)}`,
    undefined,
    /[Oo]verflow/,
  ),
  refused('129 header fields', reply({ more: 'X: y\r\n'.repeat(126).trim() }), 101, /129 header fields/),
  opened('128 header fields', reply({ more: 'X: y\r\n'.repeat(125).trim() })),
  refused('1000 header fields', reply({ more: 'X: y\r\n'.repeat(1000).trim() }), 101, /header fields/),
  refused('5000 header fields', reply({ more: 'X: y\r\n'.repeat(5000).trim() }), 101, /header fields/),
  refused('garbage', '\x00\xff\x13garbage\r\n\r\n', undefined, /cannot connect/),
  refused('a page of HTTP/0.9', '<html>hello</html>', undefined, /cannot connect/),
  refused('bare line feeds', (head) => reply()(head).replaceAll('\r\n', '\n'), undefined, /cannot connect/),
  refused('nothing but the end', '', undefined, /cannot connect/, { ends: true }),
  refused('half a status line and the end', 'HTTP/1.1 10', undefined, /cannot connect/, { ends: true }),
  refused(
    'half a head and the end',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n',
    undefined,
    /cannot connect/,
    { ends: true },
  ),
  refused(
    'interim answers and the end',
    'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000),
    undefined,
    /cannot connect/,
    {
      ends: true,
    },
  ),
];

/** By what the rows are about. */
export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'what proves it': PROOF,
  'the change of protocols': SWITCH,
  'what is agreed on': AGREEMENT,
  'what comes with it': BEHIND,
  'an answer of HTTP': REFUSALS,
  'its form': NOT_HTTP,
};
