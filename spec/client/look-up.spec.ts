import { type ClientOptions, HandshakeError, openConnection } from '../../src/index.js';
import { owned, startServer, watchResources } from '../support/harness.js';
import { rawProxy } from '../support/raw-proxy.js';

watchResources();

type Lookup = NonNullable<ClientOptions['lookup']>;
/** What a look-up gives its callback, whatever its type allows. */
type Answer = (...answer: unknown[]) => void;

const HERE = { address: '127.0.0.1', family: 4 };

const answering =
  (answer: (done: Answer, all: boolean) => void): Lookup =>
  (_name, { all = false }, done) => {
    process.nextTick(() => {
      answer(done as Answer, all);
    });
  };

const giving = (found: unknown, family?: number): Lookup =>
  answering((done) => {
    done(null, found, family);
  });

describe('a look-up of the user’s', () => {
  const WRONG: readonly [string, Lookup, RegExp, string | undefined][] = [
    ['no addresses', giving([]), /lookup gave no address for name\.example/, 'ENOTFOUND'],
    ['null', giving(null), /lookup gave what is no address/, undefined],
    ['nothing', giving(undefined), /lookup gave what is no address/, undefined],
    ['an empty text', giving('', 4), /lookup gave what is no address/, undefined],
    ['a name', giving('other.example', 4), /lookup gave what is no address/, undefined],
    ['a list with nothing in it', giving([null]), /lookup gave what is no address/, undefined],
    [
      'a name among addresses',
      giving([HERE, { address: 'other.example', family: 4 }]),
      /no address/,
      undefined,
    ],
    ['a number', giving(127), /lookup gave what is no address/, undefined],
    [
      'an error',
      answering((done) => {
        done(Object.assign(new Error('mine'), { code: 'EAI_AGAIN' }));
      }),
      /mine/,
      'EAI_AGAIN',
    ],
  ];
  const WAYS: readonly [string, ClientOptions][] = [
    ['all addresses', {}],
    ['one address', { autoSelectFamily: false }],
  ];
  it.each(WRONG.flatMap((row) => WAYS.map(([way, options]) => [...row, way, options] as const)))(
    'that gives %s is an error of this dial (%s, %s, asked for %s)',
    async (_name, lookup, says, code, _way, options) => {
      for (const scheme of ['ws', 'wss']) {
        const opening = openConnection(`${scheme}://name.example`, { lookup, logger: {}, ...options });
        const error = await opening.then(owned, (caught: unknown) => caught);
        expect(error).toBeInstanceOf(HandshakeError);
        expect(error).toMatchObject({ phase: 'dns' });
        expect((error as HandshakeError).message).toMatch(says);
        expect(((error as HandshakeError).cause as NodeJS.ErrnoException).code).toBe(code);
      }
    },
  );

  it('is one of the dial through a proxy, too', async () => {
    const proxy = await rawProxy(() => undefined, { socks: true });
    const options = { proxy: `socks5://127.0.0.1:${proxy.port}`, lookup: giving([]), logger: {} };
    const error = await openConnection('ws://name.example', options).then(owned, (caught: unknown) => caught);
    expect(error).toMatchObject({ phase: 'dns', cause: { code: 'ENOTFOUND' } });
  });

  it('may give one address where all are wanted', async () => {
    const { port } = new URL((await startServer()).url);
    for (const lookup of [giving('127.0.0.1', 4), giving('127.0.0.1')]) {
      owned(await openConnection(`ws://name.example:${port}`, { lookup, logger: {} }));
    }
  });

  it('is heard once', async () => {
    const server = await startServer();
    const lookup = answering((done, all) => {
      const found = all ? [[HERE]] : [HERE.address, HERE.family];
      for (let i = 0; i < 3; i++) done(undefined, ...found);
    });
    const { port } = new URL(server.url);
    for (const autoSelectFamily of [true, false]) {
      const url = `ws://name.example:${port}`;
      const client = owned(await openConnection(url, { lookup, autoSelectFamily, logger: {} }));
      expect(client.remoteAddress).toBe('127.0.0.1');
    }
  });
});
