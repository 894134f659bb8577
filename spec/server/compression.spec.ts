import { firstValueFrom } from 'rxjs';
import {
  type Agreement,
  type CompressionOptions,
  type Extension,
  openServer,
  permessageDeflate,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { startClient, startServer, watchResources } from '../support/harness.js';
import { dialRaw, openRaw, requestHead } from '../support/raw-peer.js';
import { toy } from '../support/toy-extensions.js';
import { TEXT } from '../support/wire-frames.js';

watchResources();

const OFFER = 'Sec-WebSocket-Extensions: ';

/** The header of an answer, undefined where there is none. */
function extensionsOf(head: string): string | undefined {
  return /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1]?.trim();
}

/** What the server answers to these lines of a request, in its 101. */
async function answerTo(server: Server, ...lines: readonly string[]): Promise<string | undefined> {
  return extensionsOf((await openRaw(server.url, lines)).head);
}

/** The status that a request with these lines is answered with. */
async function statusFor(server: Server, ...lines: readonly string[]): Promise<number> {
  const peer = await dialRaw(server.url);
  peer.write(requestHead(lines));
  peer.stream.end();
  await peer.whenEnded();
  return Number(peer.head.split(' ')[1]);
}

const PMD = 'permessage-deflate';
const SMALL = `${PMD}; server_max_window_bits=12`;

describe('a server', () => {
  it.each([
    ['by default', {}],
    ['with compression: false', { compression: false }],
    ['with compression: undefined', { compression: undefined as never }],
  ])('compresses nothing %s', async (_, options: ServerOptions) => {
    const server = await startServer(options);
    const arrival = firstValueFrom(server.connections$);
    expect(await answerTo(server, `${OFFER}${PMD}; client_max_window_bits`)).toBeUndefined();
    expect((await arrival).extensions).toEqual([]);
  });

  it('answers nothing that nobody has offered', async () => {
    const server = await startServer({ compression: true });
    expect(await answerTo(server)).toBeUndefined();
    expect(await answerTo(server, `${OFFER}x-webkit-deflate-frame, foo; bar=1`)).toBeUndefined();
  });

  it.each<[string, string]>([
    [PMD, SMALL],
    [`${PMD}; client_max_window_bits`, `${SMALL}; client_max_window_bits=12`],
    [`${PMD}; client_max_window_bits=10`, `${SMALL}; client_max_window_bits=10`],
    [`${PMD}; client_max_window_bits=15`, `${SMALL}; client_max_window_bits=12`],
    [`${PMD}; client_max_window_bits=8`, `${SMALL}; client_max_window_bits=8`],
    [`${PMD}; server_max_window_bits=9`, `${PMD}; server_max_window_bits=9`],
    [`${PMD}; server_max_window_bits=15`, SMALL],
    [`${PMD}; server_max_window_bits="10"`, `${PMD}; server_max_window_bits=10`],
    [`${PMD}; server_max_window_bits="\\1\\0"`, `${PMD}; server_max_window_bits=10`],
    [`${PMD} ;\tserver_max_window_bits = 11 `, `${PMD}; server_max_window_bits=11`],
    [`${PMD}; server_no_context_takeover`, `${PMD}; server_no_context_takeover; server_max_window_bits=12`],
    [`${PMD}; client_no_context_takeover`, `${PMD}; client_no_context_takeover; server_max_window_bits=12`],
    [
      `${PMD}; client_max_window_bits=9; server_max_window_bits=9; client_no_context_takeover; server_no_context_takeover`,
      `${PMD}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9`,
    ],
  ])('with compression: true answers %s', async (offer, answer) => {
    const server = await startServer({ compression: true });
    const arrival = firstValueFrom(server.connections$);
    expect(await answerTo(server, OFFER + offer)).toBe(answer);
    const connection = await arrival;
    expect(connection.extensions).toEqual([PMD]);
    expect(connection.response.headers.get('sec-websocket-extensions')).toBe(answer);
    expect(connection.request.headers.get('sec-websocket-extensions')).toBe(offer.trim());
  });

  const NO_WINDOWS = [
    '16',
    '7',
    '08',
    '09',
    '010',
    '0',
    '-1',
    '+9',
    '9.0',
    '0x9',
    '1e1',
    '1000',
    '"16"',
    '4294967305',
  ];
  it.each([
    ...NO_WINDOWS.map((value) => `; server_max_window_bits=${value}`),
    '; server_max_window_bits=8',
    '; server_max_window_bits',
    '; client_max_window_bits=16',
    '; client_max_window_bits=09',
    '; client_max_window_bits; client_max_window_bits',
    '; server_max_window_bits=10; server_max_window_bits=10',
    '; server_no_context_takeover; server_no_context_takeover',
    '; server_no_context_takeover=1',
    '; client_no_context_takeover=true',
    '; foo',
    '; foo=10',
    '; Server_No_Context_Takeover',
    '; __proto__=1; toString',
    '; constructor',
    '; client_max_window_bits'.repeat(17),
  ])('opens without compression where the offer has "%s"', async (parameters) => {
    const server = await startServer({ compression: { preset: 'large' } });
    expect(await answerTo(server, OFFER + PMD + parameters)).toBeUndefined();
    // The next one is none the worse for it.
    expect(await answerTo(server, OFFER + PMD)).toBe(PMD);
  });

  it.each(['constructor', '__proto__', 'hasOwnProperty; toString=1', 'Permessage-Deflate', `x-${PMD}`])(
    'opens without compression where %s is offered',
    async (name) => {
      const server = await startServer({ compression: true });
      const keys = [Object.prototype, Array.prototype, Map.prototype].map((each) => Reflect.ownKeys(each));
      expect(await answerTo(server, OFFER + name)).toBeUndefined();
      expect([Object.prototype, Array.prototype, Map.prototype].map((each) => Reflect.ownKeys(each))).toEqual(
        keys,
      );
    },
  );

  it.each([
    [[`${PMD}; server_max_window_bits=8, ${PMD}; server_max_window_bits=10, ${PMD}`], 10],
    [[`${PMD}; foo`, `${PMD}; server_max_window_bits=11`], 11],
    [['foo', 'bar; baz', `${PMD}; server_max_window_bits=9,${PMD}`], 9],
    [[`, ,${PMD}; server_max_window_bits=9,,`, ''], 9],
    // Sixteen are looked at.
    [[`${'a, '.repeat(15)}${PMD}; server_max_window_bits=9`], 9],
    [[`${'a, '.repeat(16)}${PMD}; server_max_window_bits=9`], undefined],
    [[`${PMD}; server_max_window_bits=9, ${'a, '.repeat(2000)}a`], 9],
    [[`${'a, '.repeat(2000)}${PMD}`], undefined],
    [[...Array.from({ length: 14 }, () => `${PMD}; foo`), `${PMD}; server_max_window_bits=9`], 9],
  ])('takes the first of several offers that it can (%#)', async (values, bits) => {
    const server = await startServer({ compression: { preset: 'large' } });
    const lines = values.filter((value) => value !== '').map((value) => OFFER + value);
    expect(await answerTo(server, ...lines)).toBe(
      bits === undefined ? undefined : `${PMD}; server_max_window_bits=${bits}`,
    );
  });

  it.each([
    ['no parameter behind a semicolon', `${PMD};`],
    ['no name before an equals sign', `${PMD}; =1`],
    ['no value behind it', `${PMD}; server_max_window_bits=`],
    ['an empty quoted value', `${PMD}; server_max_window_bits=""`],
    ['a quote that is not closed', `${PMD}; server_max_window_bits="10`],
    ['a quoted value that is no token', `${PMD}; server_max_window_bits="1 0"`],
    ['no semicolon', `${PMD} server_max_window_bits`],
    ['only a semicolon', ';'],
    ['only a comma', ','],
    ['a quoted name', '"permessage-deflate"'],
    ['12 KB of escapes in an open quote', `a;b="${'\\c'.repeat(6000)}`],
    ['a fault behind 2,000 offers', `${PMD}, ${'a, '.repeat(2000)};`],
  ])('refuses a malformed header with 400: %s', async (_, value) => {
    const server = await startServer({ compression: true });
    expect(await statusFor(server, OFFER + value)).toBe(400);
    expect(await answerTo(server, OFFER + PMD)).toBe(SMALL);
  });

  it.each([
    ['Version/15.0 Safari/605.1.15', false],
    ['Version/15.1 Safari/605.1.15', false],
    ['Version/15.3.1 Mobile/15E148 Safari/604.1', false],
    ['Version/15.4 Safari/605.1.15', true],
    ['Version/14.1.2 Safari/605.1.15', true],
    ['Chrome/97.0.4692.71 Safari/537.36', true],
  ])('knows which browsers cannot read it: %s', async (agent, can) => {
    const browser = `User-Agent: Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) ${agent}`;
    const careful = await startServer({ compression: true });
    expect(await answerTo(careful, OFFER + PMD, browser)).toBe(can ? SMALL : undefined);
    const careless = await startServer({ compression: { avoidBrokenPeers: false } });
    expect(await answerTo(careless, OFFER + PMD, browser)).toBe(SMALL);
  });

  const BOUND = `${PMD}; client_max_window_bits`;
  it.each<[CompressionOptions, string, string | undefined]>([
    [{}, BOUND, `${PMD}; server_max_window_bits=12; client_max_window_bits=12`],
    [{ preset: 'small' }, BOUND, `${PMD}; server_max_window_bits=12; client_max_window_bits=12`],
    [{ preset: 'stateless' }, BOUND, `${PMD}; server_no_context_takeover; client_no_context_takeover`],
    [{ preset: 'large' }, BOUND, PMD],
    [{ preset: 'large' }, `${PMD}; client_max_window_bits=11`, `${PMD}; client_max_window_bits=11`],
    [{ preset: 'stateless', serverNoContextTakeover: false }, PMD, `${PMD}; client_no_context_takeover`],
    [{ preset: 'large', serverNoContextTakeover: true }, PMD, `${PMD}; server_no_context_takeover`],
    [{ preset: 'large', serverMaxWindowBits: 9 }, PMD, `${PMD}; server_max_window_bits=9`],
    [{ serverMaxWindowBits: 15 }, PMD, `${PMD}; server_max_window_bits=15`],
    [{ serverMaxWindowBits: 8 }, PMD, `${PMD}; server_max_window_bits=8`],
    [{ preset: 'large', clientMaxWindowBits: 9 }, BOUND, `${PMD}; client_max_window_bits=9`],
    [{ preset: 'large', clientMaxWindowBits: 9 }, PMD, PMD],
    [{ preset: 'large', clientMaxWindowBits: 9, requireWindowBits: true }, PMD, undefined],
    [
      { preset: 'large', clientMaxWindowBits: 9, requireWindowBits: true },
      `${PMD}, ${BOUND}`,
      `${PMD}; client_max_window_bits=9`,
    ],
    [{ requireWindowBits: true }, PMD, undefined],
    [{ preset: 'large', requireWindowBits: true }, PMD, PMD],
  ])('with compression: %j answers %s', async (compression, offer, answer) => {
    const server = await startServer({ compression });
    expect(await answerTo(server, OFFER + offer)).toBe(answer);
  });

  it.each<[object, RegExp]>([
    [{ compression: { level: 10 } }, /^option compression\.level is 10, expected an integer from 0 to 9$/],
    [{ compression: { memLevel: 0 } }, /^option compression\.memLevel is 0/],
    [{ compression: { serverMaxWindowBits: 7 } }, /^option compression\.serverMaxWindowBits is 7/],
    [{ compression: { clientMaxWindowBits: '9' } }, /^option compression\.clientMaxWindowBits is '9'/],
    [
      { compression: { preset: 'tiny' } },
      /^option compression\.preset is 'tiny', expected 'small', 'stateless', 'large'$/,
    ],
    [{ compression: { thresholdBytes: -1 } }, /^option compression\.thresholdBytes is -1/],
    [{ compression: { treshold: 1 } }, /^unknown option compression\.treshold/],
    [{ compression: 'small' }, /compression/],
    [{ maxConcurrentInflate: 0 }, /^option maxConcurrentInflate is 0/],
    [{ compression: true, extensions: [permessageDeflate()] }, /"permessage-deflate" twice/],
    [{ extensions: [{ name: 'x' }] }, /^extension "x" has the rsv/],
  ])('refuses the options %j', async (options, text) => {
    await expect(openServer({ ...options, port: 0, host: '127.0.0.1' })).rejects.toThrow(text);
  });
});

describe('connection.extensions and the headers', () => {
  it('say the same on both sides', async () => {
    const server = await startServer({ compression: true, extensions: [toy()] });
    const arrival = firstValueFrom(server.connections$);
    const client = await startClient(server.url, { extensions: [toy()] });
    const accepted = await arrival;
    for (const connection of [client, accepted]) {
      expect(connection.extensions).toEqual([PMD, 'toy']);
      expect(connection.request.headers.get('sec-websocket-extensions')).toBe(
        `${PMD}; client_max_window_bits, toy`,
      );
      expect(connection.response.headers.get('sec-websocket-extensions')).toBe(
        `${PMD}; server_max_window_bits=12; client_max_window_bits=12, toy`,
      );
    }
    accepted.messages$.subscribe(accepted.outbox);
    const echoed = collect(client.messages$);
    for (const data of ['x'.repeat(200), '', 'x'.repeat(200)]) client.send(data);
    client.close();
    await firstValueFrom(client.closed$);
    expect(echoed.values.map(({ data }) => data)).toEqual(['x'.repeat(200), '', 'x'.repeat(200)]);
  });

  it('have one of two extensions that want the same bit: the one the client likes better', async () => {
    const server = await startServer({ compression: true, extensions: [toy({ rsv: 4 })] });
    expect(await answerTo(server, `${OFFER}toy, ${PMD}`)).toBe('toy');
    expect(await answerTo(server, `${OFFER}${PMD}, toy`)).toBe(SMALL);
    expect(await answerTo(server, `${OFFER}${PMD}; foo, toy`)).toBe('toy');
  });

  it('have permessage-deflate where it is brought along, and not a second time', async () => {
    const server = await startServer({ extensions: [permessageDeflate({ preset: 'large' })] });
    expect(await answerTo(server, OFFER + PMD)).toBe(PMD);
  });
});

describe('an extension that is faulty', () => {
  const FAULTS: readonly (readonly [string, () => Agreement | undefined])[] = [
    [
      'throws',
      () => {
        throw new Error('no luck');
      },
    ],
    ['returns what is no agreement', () => 'yes' as never],
    [
      'returns parameters that cannot be written',
      () => ({ parameters: [{ name: 'a b', value: undefined }] }),
    ],
    ['returns no parameters', () => ({}) as never],
  ];

  it.each(FAULTS)(
    'and %s from accept is answered with 500 and logged, and harms nobody else',
    async (_, accept) => {
      const faulty: Extension = { ...toy({ name: 'faulty', rsv: 1 }), accept };
      const errors: unknown[] = [];
      const server = await startServer({
        compression: true,
        extensions: [faulty],
        logger: { error: (text, { error }) => void errors.push([text, (error as Error).message]) },
      });
      server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
      const rejections = collect(server.rejections$);
      const before = await openRaw(server.url);
      expect(await statusFor(server, `${OFFER}${PMD}, faulty`)).toBe(500);
      expect(errors).toEqual([
        ['an extension failed at an opening handshake', expect.stringContaining('"faulty"')],
      ]);
      expect(rejections.values.map(({ status }) => status)).toEqual([500]);
      expect(server.connections.size).toBe(1);
      const after = await openRaw(server.url, [OFFER + PMD]);
      expect(extensionsOf(after.head)).toBe(SMALL);
      for (const peer of [before, after]) {
        peer.send(TEXT, 'hello');
        expect((await peer.next()).payload.toString()).toBe('hello');
      }
    },
  );

  it('is not asked when nobody offers it', async () => {
    const never: Extension = {
      ...toy({ name: 'never', rsv: 1 }),
      accept: () => {
        throw new Error('asked');
      },
    };
    const server = await startServer({ extensions: [never] });
    expect(await answerTo(server, OFFER + PMD)).toBeUndefined();
  });
});
