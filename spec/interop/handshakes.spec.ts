import { reject, type Server, type ServerOptions } from '../../src/index.js';
import { type Command, endCommands, literally } from '../support/command.js';
import { startServer, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { python, pythonModule } from './python.js';

watchResources();

const START_MS = 30_000;

/** What a client of another is told to do, and what it has to say then. */
interface Trial {
  readonly name: string;
  readonly options?: ServerOptions;
  readonly path?: string;
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly says:
    | { readonly open: true; readonly subprotocol: string | null }
    | { readonly open: false; readonly status: number };
}

const OPEN = { open: true, subprotocol: null } as const;

const TRIALS: readonly Trial[] = [
  { name: 'nothing in particular', says: OPEN },
  {
    name: 'a subprotocol by the client’s preference',
    options: { subprotocols: ['a', 'b'] },
    subprotocols: ['b', 'a'],
    says: { open: true, subprotocol: 'b' },
  },
  {
    name: 'a subprotocol by the server’s preference',
    options: { subprotocols: ['a', 'b'], selectSubprotocol: 'server' },
    subprotocols: ['b', 'a'],
    says: { open: true, subprotocol: 'a' },
  },
  {
    name: 'a subprotocol that nobody speaks',
    options: { subprotocols: ['a'] },
    subprotocols: ['c'],
    says: OPEN,
  },
  {
    name: 'none where one is required',
    options: { subprotocols: ['a'], requireSubprotocol: true },
    subprotocols: ['c'],
    says: { open: false, status: 400 },
  },
  ...[401, 403, 404, 429, 500, 503].map((status) => ({
    name: `a refusal with ${String(status)}`,
    options: { authorize: () => reject(status, { body: 'no\n' }) },
    says: { open: false, status } as const,
  })),
  {
    name: 'a refusal in time',
    options: { authorize: async () => Promise.resolve(reject(403)) },
    says: { open: false, status: 403 },
  },
  { name: 'another path', options: { path: '/chat' }, path: '/other', says: { open: false, status: 404 } },
  { name: 'another origin', headers: { Origin: 'http://evil.example' }, says: { open: false, status: 403 } },
  { name: 'a head of 15 KB', headers: { Cookie: `a=${'x'.repeat(15_000)}` }, says: OPEN },
  {
    name: 'a head of 17 KB',
    headers: { Cookie: `a=${'x'.repeat(17_000)}` },
    says: { open: false, status: 431 },
  },
];

describe.each(['websockets', 'autobahn'])('the opening handshake, with a client of Python’s', (library) => {
  describeNeeds(pythonModule(library), library, () => {
    let client: Command;
    let count = 0;

    beforeAll(async () => {
      client = python('handshake_peer.py', library);
      await client.says('"ready"');
    }, START_MS);

    afterAll(endCommands);

    it.each(TRIALS)(
      'has $name',
      async ({ options, path = '/', subprotocols = [], headers = {}, says }) => {
        const server: Server = await startServer(options);
        const { host } = new URL(server.url);
        // A port may come back; what is said must be of this one.
        const url = `ws://${host}${path}?${String(++count)}`;
        client.write(`${JSON.stringify({ url, subprotocols, headers })}\n`);
        const said = await client.says(new RegExp(`^\\{"url": "${literally(url).source}".*\\}$`, 'm'));
        expect(JSON.parse(said[0])).toEqual({ url, ...says });
        await until(() => server.connections.size === 0, 'it leaves');
      },
      START_MS,
    );
  });
});
