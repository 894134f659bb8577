import { type ClientOptions, HandshakeError, openConnection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { type Command, endCommands } from '../support/command.js';
import { ended, startClient, watchResources } from '../support/harness.js';
import { describeNeeds, type Need } from '../support/skip.js';
import { until } from '../support/turns.js';
import { python, pythonModule } from './python.js';

watchResources();

const START_MS = 30_000;
const AUTH = { username: 'user', password: 'pass' };
const WRONG = { username: 'user', password: 'wrong' };

/** What the client is told, and what comes of it: what the server sees, or what the error has. */
interface Trial {
  readonly name: string;
  readonly path?: string;
  /** Which of the peer's servers. Default the first one. */
  readonly server?: number;
  readonly options?: ClientOptions;
  readonly opens?: {
    path?: string;
    subprotocol?: string | null;
    own?: string | null;
    cookie?: string | null;
  };
  readonly fails?: { status: number; headers?: Record<string, unknown>; body?: string };
}

const TRIALS: readonly Trial[] = [
  { name: 'nothing in particular', path: '/a?b=c', opens: {} },
  {
    name: 'header fields and cookies',
    options: { headers: new Headers({ 'X-Own': 'mine' }), cookies: { a: 'b' } },
    opens: { own: 'mine', cookie: 'a=b' },
  },
  {
    name: 'a subprotocol that it speaks',
    options: { subprotocols: ['x', 'a'] },
    opens: { subprotocol: 'a' },
  },
  {
    name: 'none that it speaks, and none required',
    options: { subprotocols: ['x'], requireSubprotocol: false },
    opens: { subprotocol: null },
  },
  {
    name: 'an origin that it knows',
    options: { origin: 'http://good.example' },
    opens: {},
  },
  {
    name: 'an origin that it does not',
    options: { origin: 'http://evil.example' },
    fails: { status: expect.any(Number) as number },
  },
  ...[400, 401, 403, 404, 500, 503].map((status) => ({
    name: `a refusal with ${String(status)}`,
    path: `/refuse/${String(status)}`,
    fails: { status },
  })),
];

const OF_WEBSOCKETS: readonly Trial[] = [
  {
    name: 'a refusal with more to say',
    path: '/refuse/503',
    fails: { status: 503, headers: { 'x-why': 'so', 'retry-after': '7' }, body: 'no\n' },
  },
  { name: 'a redirect', path: '/redirect', options: { redirects: 1 }, opens: { path: '/moved' } },
  { name: 'a redirect that is not followed', path: '/redirect', fails: { status: 302 } },
  { name: 'its Basic, asked', server: 1, options: { auth: AUTH }, opens: {} },
  { name: 'its Basic, at once', server: 1, options: { auth: { ...AUTH, scheme: 'basic' } }, opens: {} },
  { name: 'its Basic, and a wrong password', server: 1, options: { auth: WRONG }, fails: { status: 401 } },
  {
    name: 'its Basic, for who wants Digest',
    server: 1,
    options: { auth: { ...AUTH, scheme: 'digest' } },
    fails: { status: 401, headers: { 'www-authenticate': expect.stringMatching(/^Basic realm="a"/) } },
  },
];

const OF_TWISTED: readonly Trial[] = [
  { name: 'its Basic', server: 1, options: { auth: AUTH }, opens: {} },
  { name: 'its Digest by MD5', path: '/a?b="c"', server: 2, options: { auth: AUTH }, opens: {} },
  { name: 'its Digest, and a wrong password', server: 2, options: { auth: WRONG }, fails: { status: 401 } },
  {
    name: 'its Digest by a hash that nobody knows',
    server: 3,
    options: { auth: AUTH },
    fails: { status: 401 },
  },
  {
    name: 'its Digest, where there is Basic too',
    server: 4,
    options: { auth: { ...AUTH, scheme: 'digest' } },
    opens: {},
  },
];

const autobahn = pythonModule('autobahn');
const twisted = pythonModule('twisted');
const both: Need = {
  available: autobahn.available && twisted.available,
  what: `${autobahn.what}; ${twisted.what}`,
};

describe.each([
  ['websockets', pythonModule('websockets'), [...TRIALS, ...OF_WEBSOCKETS]],
  ['autobahn', autobahn, TRIALS],
  ['twisted', both, OF_TWISTED],
] as const)('our client, with a server of %s', (library, need, trials) => {
  describeNeeds(need, library, () => {
    let peer: Command;
    let ports: readonly number[];

    beforeAll(async () => {
      peer = python('answering_peer.py', library);
      ports = JSON.parse((await peer.says(/^\[.*\]$/m))[0]) as number[];
    }, START_MS);

    afterAll(endCommands);

    it.each(trials)('has $name', async ({ path = '/', server = 0, options = {}, opens, fails }) => {
      const url = `ws://127.0.0.1:${String(ports[server])}${path}`;
      if (fails !== undefined) {
        const error: unknown = await openConnection(url, options).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(HandshakeError);
        const { headers, body } = error as HandshakeError;
        expect(error).toMatchObject({ phase: 'http', status: fails.status });
        expect(headers).toMatchObject(fails.headers ?? {});
        if (fails.body !== undefined) expect(Buffer.from(body ?? []).toString()).toBe(fails.body);
        return;
      }
      const client = await startClient(url, options);
      const seen = collect(client.messages$);
      client.send('hello');
      await until(() => seen.values.length === 2);
      expect(JSON.parse(String(seen.values[0]!.data))).toMatchObject(opens ?? {});
      expect(seen.values[1]!.data).toBe('hello');
      client.close();
      expect(await ended(client)).toMatchObject({ code: 1000, wasClean: true });
    });
  });
});
