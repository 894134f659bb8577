import { requestHeaders, requestLine } from '../../../src/protocol/handshake/request-headers.js';
import { element } from '../extensions/made-extension.js';

const fields = { host: 'h:8080', key: 'dGhlIHNhbXBsZSBub25jZQ==', version: 13, subprotocols: [] } as const;

describe('requestLine', () => {
  it('asks for the target with GET over HTTP/1.1', () => {
    expect(requestLine('/a?b')).toBe('GET /a?b HTTP/1.1');
  });

  it.each(['', '*', 'a', 'http://h/', '/a b', '/#a', '/\r\nX: 1', '/\xe9'])('refuses %j', (target) => {
    expect(() => requestLine(target)).toThrow(TypeError);
  });
});

describe('requestHeaders', () => {
  it('writes what every request has, Host first', () => {
    expect(requestHeaders({ ...fields, extensions: [] })).toEqual(requestHeaders(fields));
    expect(requestHeaders(fields)).toEqual([
      ['Host', 'h:8080'],
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Key', fields.key],
      ['Sec-WebSocket-Version', '13'],
    ]);
  });

  it('writes the rest where it is given', () => {
    const lines = requestHeaders({
      ...fields,
      subprotocols: ['b', 'a'],
      extensions: [element('x', ['y', '1'], ['z']), element('x')],
      origin: 'http://h:8080',
      userAgent: 'rxwire',
      headers: { Cookie: 'a=1', 'X-A': ['\xe9', 'b'] },
    });
    expect(lines.slice(5)).toEqual([
      ['Sec-WebSocket-Protocol', 'b, a'],
      ['Sec-WebSocket-Extensions', 'x; y=1; z, x'],
      ['Origin', 'http://h:8080'],
      ['User-Agent', 'rxwire'],
      ['Cookie', 'a=1'],
      ['X-A', '\xe9'],
      ['X-A', 'b'],
    ]);
  });

  it('names the origin as the drafts do where the version is 8', () => {
    const lines = requestHeaders({ ...fields, version: 8, origin: 'http://h' });
    expect(lines.slice(4)).toEqual([
      ['Sec-WebSocket-Version', '8'],
      ['Sec-WebSocket-Origin', 'http://h'],
    ]);
  });

  it("lets the user's User-Agent win, and takes the user's Origin", () => {
    const lines = requestHeaders({
      ...fields,
      userAgent: 'rxwire',
      headers: { 'user-agent': 'mine', Origin: 'http://o' },
    });
    expect(lines.slice(5)).toEqual([
      ['user-agent', 'mine'],
      ['Origin', 'http://o'],
    ]);
  });

  it.each([
    'Host',
    'hOST',
    'Connection',
    'upgrade',
    'Sec-WebSocket-Key',
    'sec-websocket-extensions',
    'SEC-WEBSOCKET-ANYTHING',
    'Content-Length',
    'transfer-encoding',
  ])('refuses the header %j of the user', (name) => {
    const build = () => requestHeaders({ ...fields, headers: { [name]: 'secret' } });
    expect(build).toThrow(TypeError);
    expect(build).toThrow(/may not be set/);
    expect(build).not.toThrow(/secret/);
  });

  it.each([
    ['a line end in a value', { headers: { X: 'a\r\nY: 1' } }],
    ['NUL in a value', { headers: { X: '\0' } }],
    ['a value that is not Latin-1', { headers: { X: '\u20ac' } }],
    ['a name that is not a token', { headers: { 'X Y': '1' } }],
    ['a line end in the origin', { origin: 'http://h\r\nX: 1' }],
    ['a line end in the user agent', { userAgent: 'a\nb' }],
    ['a line end in the host', { host: 'h\r\nX: 1' }],
    ['an empty host', { host: '' }],
    ['a host with user information', { host: 'u@h' }],
    ['a subprotocol that is not a token', { subprotocols: ['a b'] }],
    ['a subprotocol twice', { subprotocols: ['a', 'a'] }],
    ['an extension that is no token', { extensions: [element('a b')] }],
    ['a line end in the value of an extension', { extensions: [element('a', ['b', '1\r\nX: 1'])] }],
    ['an origin twice', { origin: 'http://h', headers: { origin: 'http://o' } }],
  ])('refuses %s', (_, wrong) => {
    expect(() => requestHeaders({ ...fields, ...(wrong as object) })).toThrow(TypeError);
  });
});
