import {
  headerList,
  type HeaderOptions,
  RESERVED_IN_REQUEST,
  RESERVED_IN_RESPONSE,
} from '../../../src/protocol/handshake/header-options.js';

describe('headerList', () => {
  it('keeps order and case, writes an array as several fields and leaves undefined out', () => {
    const headers = { 'X-B': '1', 'Set-Cookie': ['a', 'b'], 'X-A': undefined, 'X-C': [] };
    expect(headerList(headers, RESERVED_IN_RESPONSE)).toEqual([
      ['X-B', '1'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ]);
  });

  it('accepts names that only resemble reserved ones', () => {
    const headers = { 'X-Upgrade': '1', 'Sec-WebSocke': '1', Connections: '1', ['__proto__']: '1' };
    expect(headerList(headers, RESERVED_IN_REQUEST)).toHaveLength(4);
  });

  it.each([
    ['Host', 'URL'],
    ['hOST', 'URL'],
    ['sec-websocket-version', 'version'],
    ['Sec-WebSocket-Protocol', 'subprotocols'],
    ['Sec-WebSocket-Extensions', 'use the option "extensions" or "compression"'],
    ['Sec-WebSocket-Origin', 'origin'],
    ['Sec-WebSocket-Key', 'the opening handshake sets it'],
    ['SEC-WEBSOCKET-ANYTHING', 'the opening handshake sets it'],
    ['Connection', 'the opening handshake sets it'],
    ['upgrade', 'the opening handshake sets it'],
    ['Content-Length', 'no body'],
    ['transfer-encoding', 'no body'],
  ])('refuses %j in a request: %s', (name, why) => {
    const list = (): unknown => headerList({ [name]: 'secret' }, RESERVED_IN_REQUEST);
    expect(list).toThrow(TypeError);
    expect(list).toThrow(why);
    expect(list).toThrow(name);
    expect(list).not.toThrow(/secret/);
  });

  it.each([
    ['sec-websocket-accept', 'the opening handshake sets it'],
    ['Sec-WebSocket-Protocol', 'subprotocols'],
    ['Sec-WebSocket-Extensions', 'use the option "extensions" or "compression"'],
    ['Sec-WebSocket-Version', 'the opening handshake sets it'],
    ['Upgrade', 'the opening handshake sets it'],
    ['Content-Length', 'no body'],
  ])('refuses %j in a response: %s', (name, why) => {
    expect(() => headerList({ [name]: '1' }, RESERVED_IN_RESPONSE)).toThrow(why);
  });

  it.each<[string, unknown]>([
    ['a line end in a value', { X: 'a\r\nY: 1' }],
    ['a line end in one of several values', { X: ['a', 'b\n'] }],
    ['NUL in a value', { X: '\0' }],
    ['a value that is not Latin-1', { X: '\u20ac' }],
    ['a name that is not a token', { 'X Y': '1' }],
    ['one name in two cases', { 'X-A': '1', 'x-a': '2' }],
    ['a number', { X: 1 }],
    ['null', { X: null }],
    ['a number among values', { X: [1] }],
    ['a list', ['X: a']],
    ['a Map', new Map([['X', 'a']])],
    ['a Headers', new Headers({ X: 'a' })],
  ])('refuses %s', (_, headers) => {
    expect(() => headerList(headers as HeaderOptions, RESERVED_IN_REQUEST)).toThrow(TypeError);
  });
});
