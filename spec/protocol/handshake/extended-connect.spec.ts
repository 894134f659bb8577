import fc from 'fast-check';
import {
  asksForWebSocket,
  compileOrigins,
  connectHead,
  judgeConnect,
  type RequestRules,
} from '../../../src/protocol/handshake/index.js';
import '../../support/seed.js';

const RULES: RequestRules = { versions: [13, 8], origins: compileOrigins('same'), maxHeaders: 128 };

const VALID: readonly (readonly [string, string])[] = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'https'],
  [':path', '/chat?x=1'],
  [':authority', 'example.com'],
  ['sec-websocket-version', '13'],
];

function judged(
  fields: readonly (readonly [string, string])[],
  ended = false,
): ReturnType<typeof judgeConnect> {
  return judgeConnect(connectHead(fields.flat(), ended), RULES);
}

/** The valid one with `name` as `value`, or without it. */
function changed(name: string, value?: string): (readonly [string, string])[] {
  const others = VALID.filter(([field]) => field !== name);
  return value === undefined ? others : [...others, [name, value]];
}

describe('connectHead', () => {
  it('keeps pseudo-header fields apart, and has :authority as Host', () => {
    const head = connectHead([...VALID.flat(), 'x', 'y'], false);
    expect(head).toMatchObject({
      protocol: 'websocket',
      scheme: 'https',
      authority: 'example.com',
      target: '/chat?x=1',
    });
    expect([...head.headers]).toEqual([
      ['host', 'example.com'],
      ['sec-websocket-version', '13'],
      ['x', 'y'],
    ]);
  });

  it('has the Host that came', () => {
    const { headers } = connectHead([...VALID.flat(), 'Host', 'other.example'], false);
    expect(headers.all('host')).toEqual(['other.example']);
  });
});

describe('judgeConnect', () => {
  it('accepts what asks for a WebSocket as it should', () => {
    expect(judged([...VALID, ['origin', 'https://example.com'], ['sec-websocket-protocol', 'a, b']])).toEqual(
      {
        ok: true,
        version: 13,
        origin: 'https://example.com',
        offeredSubprotocols: ['a', 'b'],
        extensionOffers: [],
      },
    );
  });

  it.each([
    ['without :protocol', changed(':protocol'), 400],
    ['for another protocol', changed(':protocol', 'connect-udp'), 501],
    ['with the protocol in upper case', changed(':protocol', 'WEBSOCKET'), 501],
    ['without :scheme', changed(':scheme'), 400],
    ['with :scheme wss', changed(':scheme', 'wss'), 400],
    ['without :path', changed(':path'), 400],
    ['with :path *', changed(':path', '*'), 400],
    ['without :authority', changed(':authority'), 400],
    ['with an empty :authority', changed(':authority', ''), 400],
    ['with a Host beside :authority', [...VALID, ['host', 'other.example']], 400],
    ['with Connection', [...VALID, ['connection', 'Upgrade']], 400],
    ['with Upgrade', [...VALID, ['upgrade', 'websocket']], 400],
    ['with Transfer-Encoding', [...VALID, ['transfer-encoding', 'chunked']], 400],
    ['with Content-Length', [...VALID, ['content-length', '0']], 400],
    ['without a version', changed('sec-websocket-version'), 400],
    ['with version 8', changed('sec-websocket-version', '8'), 400],
    ['with a foreign origin', [...VALID, ['origin', 'https://evil.example']], 403],
    ['with 129 fields', [...VALID, ...Array.from({ length: 127 }, (_, i) => [`x-${i}`, 'y'] as const)], 431],
  ] as [string, (readonly [string, string])[], number][])('refuses one %s', (_, fields, status) => {
    expect(judged(fields)).toMatchObject({ ok: false, status });
  });

  it('refuses one that ends its stream', () => {
    expect(judged(VALID, true)).toMatchObject({ status: 400 });
  });

  it('tells the versions that would do, and no Upgrade', () => {
    expect(judged(changed('sec-websocket-version', '7'))).toMatchObject({
      headers: [['Sec-WebSocket-Version', '13']],
    });
  });

  it.each(['13', '8'])('tells version %s to use HTTP/1.1, where 13 is not accepted', (version) => {
    const head = connectHead(changed('sec-websocket-version', version).flat(), false);
    expect(judgeConnect(head, { ...RULES, versions: [8] })).toEqual({
      ok: false,
      status: 400,
      reason:
        'version 13 is not accepted, and HTTP/2 has no other, expected a request over HTTP/1.1 with Sec-WebSocket-Version 8',
      headers: [],
    });
  });

  it('ignores a key, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        expect(judged([...VALID, ['sec-websocket-key', key]]).ok).toBe(true);
      }),
    );
  });

  it('never throws, and accepts nothing that lacks a part', () => {
    const names = [
      ...VALID.map(([name]) => name),
      'host',
      'origin',
      'connection',
      'sec-websocket-protocol',
      'x',
    ];
    const field = fc.tuple(
      fc.constantFrom(...names),
      fc.oneof(fc.string(), fc.constantFrom('websocket', '/', '13', 'a')),
    );
    fc.assert(
      fc.property(fc.array(field), fc.boolean(), (fields, ended) => {
        const result = judged(fields, ended);
        const has = new Set(fields.map(([name]) => name));
        if (result.ok) expect(VALID.slice(1).every(([name]) => has.has(name))).toBe(true);
        else expect(result.status).toBeGreaterThanOrEqual(400);
      }),
    );
  });
});

describe('asksForWebSocket', () => {
  it.each([
    ['websocket', true],
    ['WebSocket', true],
    ['websockets', false],
    [undefined, false],
    [['websocket'], false],
  ])('%j: %s', (protocol, expected) => {
    expect(asksForWebSocket(protocol)).toBe(expected);
  });
});
