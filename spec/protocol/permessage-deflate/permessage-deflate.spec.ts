import { NegotiationError } from '../../../src/protocol/errors.js';
import type { Agreement, Extension } from '../../../src/protocol/extensions/extension.js';
import type { Transform } from '../../../src/protocol/extensions/transform.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import {
  type CompressionOptions,
  permessageDeflate,
  ZlibLanes,
} from '../../../src/protocol/permessage-deflate/index.js';
import { answered, offered, parameters } from './headers.js';
import { push } from './sessions.js';

const NO_HEADERS = { headers: HeaderFields.from([]) };

/** What two sides agree on: the first of the client's offers that the server accepts. */
function agreed(client: Extension, server: Extension): readonly [client: Agreement, server: Agreement] {
  for (const offer of client.offer()) {
    const answer = server.accept(offer, NO_HEADERS);
    if (answer !== undefined) return [client.confirm(answer.parameters), answer];
  }
  throw new Error('nothing was agreed on');
}

function outbound(agreement: Agreement): Transform {
  return agreement.outbound!();
}

/** Sends a message that repeats itself twice: the octets each time. */
function twice(from: Agreement, to: Agreement): readonly [number, number] {
  const [sender, receiver] = [outbound(from), to.inbound!()];
  const plain = Buffer.from('{"type":"greeting","text":"a message that is the same each time"}');
  const sizes = [0, 1].map(() => {
    const payload = sender.whole(plain, Infinity);
    expect(Buffer.from(receiver.whole(payload, Infinity))).toEqual(plain);
    return payload.length;
  });
  return [sizes[0]!, sizes[1]!];
}

function takesOver(from: Agreement, to: Agreement): boolean {
  const [first, second] = twice(from, to);
  return second < first / 2;
}

describe('permessageDeflate', () => {
  it('is named, owns RSV1, and transforms messages', () => {
    expect(permessageDeflate()).toMatchObject({ name: 'permessage-deflate', rsv: 4, level: 'message' });
    expect(permessageDeflate().aliases ?? []).toEqual([]);
  });

  it.each<[CompressionOptions | true | undefined, string, string | undefined]>([
    [undefined, '', 'server_max_window_bits=12'],
    [true, 'client_max_window_bits', 'server_max_window_bits=12; client_max_window_bits=12'],
    [{}, 'client_max_window_bits=10', 'server_max_window_bits=12; client_max_window_bits=10'],
    [{}, 'server_max_window_bits=10', 'server_max_window_bits=10'],
    [{}, 'client_no_context_takeover', 'client_no_context_takeover; server_max_window_bits=12'],
    [{ preset: 'large' }, 'client_max_window_bits', ''],
    [{ preset: 'large', serverMaxWindowBits: 15 }, '', 'server_max_window_bits=15'],
    [
      { preset: 'stateless' },
      'client_max_window_bits',
      'server_no_context_takeover; client_no_context_takeover',
    ],
    [{ preset: 'large' }, 'server_no_context_takeover', 'server_no_context_takeover'],
    [{ requireWindowBits: true }, '', undefined],
    [
      { requireWindowBits: true },
      'client_max_window_bits',
      'server_max_window_bits=12; client_max_window_bits=12',
    ],
    [{}, 'server_max_window_bits=8', undefined],
    [{}, 'foo', undefined],
    [{}, 'server_max_window_bits=08', undefined],
    [{}, 'server_max_window_bits', undefined],
    [{}, 'client_max_window_bits; client_max_window_bits', undefined],
    [{}, 'server_no_context_takeover=1', undefined],
  ])('of a server with %j answers "%s" with "%s"', (options, offer, answer) => {
    expect(answered(permessageDeflate(options), offer)).toBe(answer);
  });

  it.each([
    ['foo', 'unknown parameter "foo"'],
    ['client_max_window_bits', 'client_max_window_bits without a value, expected 8 to 15'],
    ['client_max_window_bits=16', 'client_max_window_bits="16", expected 8 to 15'],
    ['server_max_window_bits=1000000000000', 'server_max_window_bits="1000000000000", expected 8 to 15'],
    [
      'server_no_context_takeover; server_no_context_takeover',
      'server_no_context_takeover twice, expected it once',
    ],
  ])('of a client refuses the answer "%s"', (answer, problem) => {
    const refuse = (): Agreement => permessageDeflate().confirm(parameters(answer));
    expect(refuse).toThrow(NegotiationError);
    expect(refuse).toThrow(`the server answered permessage-deflate with ${problem}`);
  });

  it.each<[CompressionOptions, string, string]>([
    [{ clientMaxWindowBits: 10 }, 'client_max_window_bits=11', 'client_max_window_bits=11, expected 8 to 10'],
    [
      { clientMaxWindowBits: 10, clientNoContextTakeover: true },
      'client_max_window_bits=11',
      'expected 8 to 10',
    ],
  ])('of a client with %j refuses the answer "%s"', (options, answer, problem) => {
    expect(() => permessageDeflate(options).confirm(parameters(answer))).toThrow(problem);
  });

  it('of a client that offered to do without takes an answer to that', () => {
    const client = permessageDeflate({ serverMaxWindowBits: 10, serverNoContextTakeover: true });
    expect(offered(client)).toHaveLength(2);
    for (const answer of [
      '',
      'server_max_window_bits=12',
      'client_max_window_bits=15',
      'server_no_context_takeover',
    ]) {
      const list = parameters(answer);
      expect(client.confirm(list).parameters).toBe(list);
    }
  });

  it('takes over in each direction unless one side asks it not to', () => {
    for (const serverNoContextTakeover of [false, true]) {
      for (const clientNoContextTakeover of [false, true]) {
        const options = { serverNoContextTakeover, clientNoContextTakeover };
        for (const [client, server] of [
          agreed(permessageDeflate(options), permessageDeflate()),
          agreed(permessageDeflate(), permessageDeflate(options)),
        ]) {
          expect(takesOver(client, server)).toBe(!clientNoContextTakeover);
          expect(takesOver(server, client)).toBe(!serverNoContextTakeover);
        }
      }
    }
  });

  it('does not take over where this client will not, though the server would let it', () => {
    const client = permessageDeflate({ preset: 'stateless' });
    const agreement = client.confirm([]);
    const server = permessageDeflate({ preset: 'large' }).accept(
      parameters('client_max_window_bits'),
      NO_HEADERS,
    )!;
    expect(takesOver(agreement, server)).toBe(false);
    expect(takesOver(server, agreement)).toBe(true);
  });

  it.each<[CompressionOptions, string, number]>([
    [{}, '', 12],
    [{}, 'client_max_window_bits=15', 12],
    [{}, 'client_max_window_bits=9', 9],
    [{ preset: 'large' }, '', 15],
    [{ preset: 'large' }, 'client_max_window_bits=13', 13],
    [{ clientMaxWindowBits: 10 }, '', 10],
    [{ clientMaxWindowBits: 10 }, 'client_max_window_bits=9', 9],
  ])('of a client with %j and the answer "%s" compresses with a window of 2^%d', (options, answer, bits) => {
    const { shared } = outbound(permessageDeflate(options).confirm(parameters(answer)));
    expect(shared?.key).toMatch(new RegExp(`^deflate ${bits} `));
  });

  it('obeys a window of 256 octets by sending uncompressed', () => {
    const agreement = permessageDeflate().confirm(parameters('client_max_window_bits=8'));
    for (const compress of [undefined, true, false]) {
      expect(outbound(agreement).wants?.(1e6, compress)).toBe(false);
    }
    const server = permessageDeflate({ serverMaxWindowBits: 8 }).accept([], NO_HEADERS)!;
    expect(outbound(server).wants?.(1e6, true)).toBe(false);
  });

  it.each<[CompressionOptions, string, number]>([
    [{}, '', 64],
    [{}, 'server_no_context_takeover', 1024],
    [{}, 'client_no_context_takeover', 64],
    [{ preset: 'stateless' }, '', 1024],
    [{ thresholdBytes: 5 }, 'server_no_context_takeover', 5],
    [{ thresholdBytes: 1_000_000 }, '', 1_000_000],
  ])('of a server with %j and the offer "%s" compresses from %d octets on', (options, offer, from) => {
    const transform = outbound(permessageDeflate(options).accept(parameters(offer), NO_HEADERS)!);
    expect(transform.wants?.(from - 1, undefined)).toBe(false);
    expect(transform.wants?.(from, undefined)).toBe(true);
    expect(transform.wants?.(1, true)).toBe(true);
    expect(transform.wants?.(1e9, false)).toBe(false);
  });

  it('has a transform of its own for each connection', () => {
    const agreement = permessageDeflate().accept([], NO_HEADERS)!;
    const hello = Buffer.from('Hello');
    for (let connection = 0; connection < 2; connection++) {
      expect(Buffer.from(outbound(agreement).whole(hello, 10)).toString('hex')).toBe('f248cdc9c90700');
    }
  });

  it('works through the lanes it is given, in both directions of all connections', async () => {
    const lanes = new ZlibLanes(1);
    const server = permessageDeflate({}, lanes);
    const [a, b] = [0, 1].map(() => server.accept([], NO_HEADERS)!);
    const sending = outbound(a!).open(Infinity);
    const reading = b!.inbound!().open(Infinity);
    const sent = push(sending, Buffer.from('Hello'), true);
    const read = push(reading, Buffer.from('f248cdc9c90700', 'hex'), true);
    expect([lanes.busy, lanes.waiting]).toEqual([1, 1]);
    expect([(await sent).out.toString('hex'), (await read).out.toString()]).toEqual([
      'f248cdc9c90700',
      'Hello',
    ]);
  });

  it.each([
    [{ level: 10 }, RangeError, 'option level is 10, expected an integer from 0 to 9'],
    [{ level: -1 }, RangeError, 'option level is -1, expected an integer from 0 to 9'],
    [{ level: 1.5 }, RangeError, 'option level is 1.5, expected an integer from 0 to 9'],
    [{ level: '6' }, TypeError, "option level is '6', expected an integer from 0 to 9"],
    [{ memLevel: 0 }, RangeError, 'option memLevel is 0, expected an integer from 1 to 9'],
    [
      { serverMaxWindowBits: 7 },
      RangeError,
      'option serverMaxWindowBits is 7, expected an integer from 8 to 15',
    ],
    [
      { clientMaxWindowBits: 16 },
      RangeError,
      'option clientMaxWindowBits is 16, expected an integer from 8 to 15',
    ],
    [
      { clientMaxWindowBits: true },
      TypeError,
      'option clientMaxWindowBits is true, expected an integer from 8 to 15',
    ],
    [
      { thresholdBytes: -1 },
      RangeError,
      'option thresholdBytes is -1, expected an integer of at least 0, or Infinity',
    ],
    [{ thresholdBytes: null }, TypeError, 'option thresholdBytes is null, expected an integer of at least 0'],
    [{ preset: 'tiny' }, RangeError, "option preset is 'tiny', expected 'small', 'stateless', 'large'"],
    [{ preset: 1 }, TypeError, "option preset is 1, expected 'small', 'stateless', 'large'"],
    [{ preset: {} }, TypeError, 'option preset is a value of type object, expected'],
    [
      { serverNoContextTakeover: 1 },
      TypeError,
      'option serverNoContextTakeover is 1, expected of type boolean',
    ],
    [{ windowBits: 10 }, TypeError, 'unknown option windowBits, did you mean '],
    [{ toString: 1 }, TypeError, 'unknown option toString'],
  ])('refuses the options %j', (options, kind, text) => {
    const make = (): Extension => permessageDeflate(options as CompressionOptions);
    expect(make).toThrow(kind);
    expect(make).toThrow(text);
  });

  it('takes options that are undefined as not given', () => {
    const options = { level: undefined, preset: undefined } as unknown as CompressionOptions;
    expect(answered(permessageDeflate(options), '')).toBe('server_max_window_bits=12');
  });

  describe('of a server that is asked by a Safari', () => {
    const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
    const PHONE =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 15_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
    const BROKEN = [
      ...['15.0', '15.1', '15.2', '15.3', '15.2.1'].map(
        (version) => `${MAC} Version/${version} Safari/605.1.15`,
      ),
      `${PHONE} Version/15.2 Mobile/15E148 Safari/604.1`,
    ];

    it.each(BROKEN)('declines: %s', (userAgent) => {
      expect(answered(permessageDeflate(), '', userAgent)).toBeUndefined();
      expect(answered(permessageDeflate({ avoidBrokenPeers: false }), '', userAgent)).toBeDefined();
    });

    it.each([
      ...['14.1', '15.4', '15.6.1', '15', '15.30', '16.0', '115.0'].map(
        (version) => `${MAC} Version/${version} Safari/605.1.15`,
      ),
      `${MAC} Chrome/115.0.0.0 Safari/537.36`,
      'Version/15.0 Safari/',
      '',
    ])('accepts: %s', (userAgent) => {
      expect(answered(permessageDeflate(), '', userAgent)).toBeDefined();
    });

    it('takes no time to speak of for a header that is all beginnings', () => {
      const userAgent = ' Version/15.0'.repeat(1200) + '.0'.repeat(500);
      expect(answered(permessageDeflate(), '', userAgent)).toBeDefined();
    });
  });
});
