import fc from 'fast-check';
import '../../support/seed.js';
import { HandshakeError, NegotiationError } from '../../../src/protocol/errors.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import {
  acceptHeaders,
  formatAccept,
  formatHead,
  judgeResponse,
  type ResponseExpectation,
  type ResponseHead,
  SWITCHING_PROTOCOLS,
} from '../../../src/protocol/handshake/response.js';
import { element, extension, parameters } from '../extensions/made-extension.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const expectation: ResponseExpectation = { key: KEY, subprotocols: [], requireSubprotocol: true };

type Lines = Readonly<Record<string, string | readonly string[] | undefined>>;

function responseWith(lines: Lines, line: Partial<ResponseHead> = {}): ResponseHead {
  const all: Lines = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': ACCEPT,
    ...lines,
  };
  const raw = Object.entries(all).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((each: string) => [name, each]),
  );
  return { status: 101, httpVersion: '1.1', headers: new HeaderFields(raw), ...line };
}

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}

describe('formatAccept', () => {
  it('is the head that formatHead makes of acceptHeaders, or the same error', () => {
    const made = (task: () => string): unknown => {
      try {
        return task();
      } catch (error) {
        return String(error);
      }
    };
    const name = fc.oneof(
      fc.constantFrom('Set-Cookie', 'upgrade', 'X-A', 'a b'),
      fc.string({ maxLength: 5 }),
    );
    const input = fc.record({
      key: fc.constant(KEY),
      subprotocol: fc.option(fc.constantFrom('chat', 'a b', ''), { nil: undefined }),
      headers: fc.dictionary(name, fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constant('v')), {
        maxKeys: 3,
      }),
    });
    fc.assert(
      fc.property(input, (answer) => {
        expect(made(() => formatAccept(answer))).toEqual(
          made(() => formatHead(SWITCHING_PROTOCOLS, acceptHeaders(answer))),
        );
      }),
    );
  });
});

describe('acceptHeaders', () => {
  it('writes what every acceptance has', () => {
    expect(acceptHeaders({ key: KEY })).toEqual([
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Accept', ACCEPT],
    ]);
  });

  it("writes the subprotocol and the user's headers", () => {
    const headers = { 'Set-Cookie': ['a', 'b'], 'X-A': undefined };
    expect(acceptHeaders({ key: KEY, subprotocol: 'p', headers }).slice(3)).toEqual([
      ['Sec-WebSocket-Protocol', 'p'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ]);
  });

  it('writes the extensions that were agreed on', () => {
    const extensions = [element('a', ['x', '1'], ['y']), element('b')];
    expect(acceptHeaders({ key: KEY, subprotocol: 'p', extensions, headers: { X: '1' } }).slice(3)).toEqual([
      ['Sec-WebSocket-Protocol', 'p'],
      ['Sec-WebSocket-Extensions', 'a; x=1; y, b'],
      ['X', '1'],
    ]);
    expect(acceptHeaders({ key: KEY, extensions: [] })).toEqual(acceptHeaders({ key: KEY }));
  });

  it.each([
    ['a line end in an extension', { extensions: [element('a', ['x', '1\r\nY: 1'])] }],
    ['Sec-WebSocket-Extensions', { headers: { 'Sec-WebSocket-Extensions': 'a' } }],
    ['a line end in a header', { headers: { X: 'a\r\nY: 1' } }],
    ['Sec-WebSocket-Accept', { headers: { 'Sec-WebSocket-Accept': ACCEPT } }],
    ['a lower-case duplicate', { headers: { upgrade: 'websocket' } }],
    ['a value that is not Latin-1', { headers: { X: '\u0100' } }],
    ['Content-Length', { headers: { 'Content-Length': '0' } }],
    ['a subprotocol with a line end', { subprotocol: 'a\r\nX: 1' }],
    ['a subprotocol that is no string', { subprotocol: 1 }],
  ])('refuses %s', (_, wrong) => {
    expect(() => acceptHeaders({ key: KEY, ...(wrong as object) })).toThrow(TypeError);
  });

  it('writes what the client accepts', () => {
    const extensions = [element('a', ['x', '1'])];
    const headers = HeaderFields.from(acceptHeaders({ key: KEY, subprotocol: 'p', extensions }));
    const expected = { ...expectation, subprotocols: ['q', 'p'], extensions: [extension('a')] };
    expect(judgeResponse({ status: 101, httpVersion: '1.1', headers }, expected)).toEqual({
      subprotocol: 'p',
      extensions: [{ name: 'a', rsv: 4, opcodes: [], level: 'message', parameters: parameters(['x', '1']) }],
    });
  });
});

describe('judgeResponse', () => {
  it.each<[string, Lines]>([
    ['a valid response', {}],
    ['upper case', { Upgrade: 'WEBSOCKET', Connection: 'UPGRADE' }],
    ['other connection options', { Connection: ['keep-alive', 'Upgrade'] }],
    ['Content-Length', { 'Content-Length': '5' }],
  ])('accepts %s', (_, lines) => {
    expect(judgeResponse(responseWith(lines), expectation)).toEqual({
      subprotocol: undefined,
      extensions: [],
    });
  });

  it.each<[string, Lines, Partial<ResponseHead>, RegExp]>([
    ['no accept', { 'Sec-WebSocket-Accept': undefined }, {}, /Accept is there 0 times, expected once/],
    ['another accept', { 'Sec-WebSocket-Accept': 'abc' }, {}, /does not answer/],
    ['the accept in lower case', { 'Sec-WebSocket-Accept': ACCEPT.toLowerCase() }, {}, /does not answer/],
    [
      'the accept for the key and a blank',
      { 'Sec-WebSocket-Accept': 'nYQ2FkkeQ1nRVM6wNJSVyMHqkUs=' },
      {},
      /does not answer/,
    ],
    ['two accepts', { 'Sec-WebSocket-Accept': [ACCEPT, 'abc'] }, {}, /there 2 times/],
    ['the accept twice', { 'Sec-WebSocket-Accept': [ACCEPT, ACCEPT] }, {}, /there 2 times/],
    ['status 200', {}, { status: 200 }, /status is 200, expected 101/],
    ['status 302', { Location: 'ws://h' }, { status: 302 }, /is 302/],
    ['status 401', { 'WWW-Authenticate': 'Basic' }, { status: 401 }, /is 401/],
    ['status 407', {}, { status: 407 }, /is 407/],
    ['status 426', {}, { status: 426 }, /is 426/],
    ['HTTP/1.0', {}, { httpVersion: '1.0' }, /version is "1\.0", expected 1\.1/],
    ['no Upgrade', { Upgrade: undefined }, {}, /Upgrade is missing, expected "websocket"/],
    ['another Upgrade', { Upgrade: 'h2c' }, {}, /is "h2c"/],
    ['two Upgrades', { Upgrade: ['websocket', 'h2c'] }, {}, /is "websocket, h2c"/],
    ['no Connection', { Connection: undefined }, {}, /Connection is missing, expected "Upgrade"/],
    ['another Connection', { Connection: 'close' }, {}, /is "close"/],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, {}, /Transfer-Encoding/],
  ])('fails the handshake on %s', (_, lines, line, text) => {
    const error = failureOf(() => judgeResponse(responseWith(lines, line), expectation));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ phase: 'http', status: line.status ?? 101 });
    expect((error as Error).message).toMatch(text);
  });

  it('shows status and headers of a response that refuses', () => {
    const response = responseWith({ 'Retry-After': ['1', '2'] }, { status: 503 });
    const error = failureOf(() => judgeResponse(response, expectation));
    expect(error).toMatchObject({ code: 'RXWIRE_HANDSHAKE', status: 503 });
    expect((error as HandshakeError).headers?.['retry-after']).toBe('1, 2');
  });

  it.each<[string, Lines, readonly string[]]>([
    ['an unsolicited subprotocol', { 'Sec-WebSocket-Protocol': 'a' }, []],
    ['a subprotocol that is not in the offer', { 'Sec-WebSocket-Protocol': 'c' }, ['a', 'b']],
    ['two subprotocols', { 'Sec-WebSocket-Protocol': 'a, b' }, ['a', 'b']],
    ['a subprotocol in another case', { 'Sec-WebSocket-Protocol': 'A' }, ['a']],
    ['no subprotocol although some were offered', {}, ['a']],
    ['an extension', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, []],
    ['an unknown extension', { 'Sec-WebSocket-Extensions': 'x' }, []],
    ['an extension twice', { 'Sec-WebSocket-Extensions': ['permessage-deflate', 'permessage-deflate'] }, []],
    ['an extension named as a property', { 'Sec-WebSocket-Extensions': '__proto__' }, []],
    ['an empty extension header', { 'Sec-WebSocket-Extensions': '' }, []],
  ])('fails the negotiation on %s', (_, lines, subprotocols) => {
    const judge = () => judgeResponse(responseWith(lines), { ...expectation, subprotocols });
    expect(judge).toThrow(NegotiationError);
  });

  it('takes the extensions of several lines as one list', () => {
    const extensions = [extension('a'), extension('b', { rsv: 2 })];
    const judge = (lines: readonly string[]) =>
      judgeResponse(responseWith({ 'Sec-WebSocket-Extensions': lines }), { ...expectation, extensions });
    expect(judge(['b', 'a; x']).extensions).toMatchObject([{ name: 'b' }, { name: 'a' }]);
    expect(judge([]).extensions).toEqual([]);
    expect(() => judge(['a', 'a'])).toThrow(/"a" twice/);
  });

  it.each([
    ['an unknown extension', 'x'],
    ['an extension twice', ['a', 'a']],
    ['an extension named as a property', '__proto__'],
    ['an empty extension header', ''],
    ['a malformed extension header', 'a; x="'],
  ])('fails the negotiation on %s although another was offered', (_, value) => {
    const expected = { ...expectation, extensions: [extension('a')] };
    const judge = () => judgeResponse(responseWith({ 'Sec-WebSocket-Extensions': value }), expected);
    expect(judge).toThrow(NegotiationError);
  });

  it('goes without a subprotocol where none is required', () => {
    const lenient = { ...expectation, subprotocols: ['a'], requireSubprotocol: false };
    expect(judgeResponse(responseWith({}), lenient)).toMatchObject({ subprotocol: undefined });
  });

  it('throws nothing but the two documented errors', () => {
    const names = fc.constantFrom(
      'Upgrade',
      'Connection',
      'Sec-WebSocket-Accept',
      'Sec-WebSocket-Protocol',
      'Sec-WebSocket-Extensions',
    );
    const expected = { ...expectation, subprotocols: ['a'], extensions: [extension('a')] };
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a', 'websocket', 'upgrade', ACCEPT),
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(text, fc.array(text)), { maxKeys: 2 }), (lines) => {
        try {
          judgeResponse(responseWith(lines), expected);
        } catch (error) {
          expect(error instanceof HandshakeError || error instanceof NegotiationError).toBe(true);
        }
      }),
    );
  });
});
