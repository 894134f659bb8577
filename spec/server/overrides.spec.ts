import { VirtualTime } from 'rxwire/testing';
import {
  accept,
  allOf,
  type Authorize,
  type Connection,
  type ConnectionOverrides,
  openServer,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { afterTest, ended, startClient, watchResources } from '../support/harness.js';
import { openRaw } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { BINARY, closeOf, PING, TEXT } from '../support/wire-frames.js';
import { replyTo, requestFor } from './requesting.js';

watchResources();

/** A server that gives the requests whose target has a question mark `overrides`, and others nothing. */
async function serving(
  overrides: ConnectionOverrides,
  options: ServerOptions = {},
): Promise<{ server: Server; url: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const logger = { error: (_: string, details: { error?: unknown }) => void errors.push(details.error) };
  const authorize: Authorize = ({ target }) =>
    target.includes('?') ? accept({ options: overrides }) : accept();
  const server = await openServer({ host: '127.0.0.1', logger, ...options, authorize });
  afterTest(() => {
    for (const connection of server.connections) connection.terminate();
    return server.close();
  });
  return { server, url: server.url, errors };
}

async function newest({ server }: { server: Server }): Promise<Connection> {
  await until(() => server.connections.size > 0);
  return [...server.connections].at(-1)!;
}

describe('accept({ options })', () => {
  it('sets the limits of this connection, and of no other', async () => {
    const all = await serving({ maxMessageBytes: 10 }, { maxMessageBytes: 20 });
    const [bound, free] = [await openRaw(all.url), await startClient(`${all.url}/?own`)];
    free.send('x'.repeat(11));
    expect(await ended(free)).toMatchObject({ code: 1009 });
    bound.send(TEXT, 'x'.repeat(20));
    bound.send(TEXT, 'x'.repeat(21));
    expect(closeOf(await bound.next())[0]).toBe(1009);
  });

  it.each<[string, ServerOptions['compression'], ConnectionOverrides, string[], string[]]>([
    ['on', false, { compression: true }, [], ['permessage-deflate']],
    ['off', true, { compression: false }, ['permessage-deflate'], []],
    ['as it is', true, { maxMessageBytes: 100_000 }, ['permessage-deflate'], ['permessage-deflate']],
  ])('switches compression %s for one', async (_, compression, overrides, usual, own) => {
    const all = await serving(overrides, { ...(compression !== undefined && { compression }) });
    const one = await startClient(all.url);
    expect(one.extensions).toEqual(usual);
    const other = await startClient(`${all.url}/?own`);
    expect(other.extensions).toEqual(own);
    const accepted = await newest(all);
    const arrived: unknown[] = [];
    other.messages$.subscribe(({ data }) => arrived.push(data));
    accepted.send('word '.repeat(10_000));
    await until(() => arrived.length === 1);
    expect(arrived).toEqual(['word '.repeat(10_000)]);
  });

  it('switches keep-alive off for one, on the same clock', async () => {
    const clock = new VirtualTime();
    const keepAlive = { intervalMs: 1000, timeoutMs: Infinity };
    const all = await serving({ keepAlive: false }, { scheduler: clock, keepAlive });
    const usual = await openRaw(all.url);
    const own = await startClient(`${all.url}/?own`, { keepAlive: false });
    let pings = 0;
    own.pings$.subscribe(() => pings++);
    clock.pass(1100);
    expect((await usual.next()).opcode).toBe(PING);
    await turns(20);
    expect(pings).toBe(0);
  });

  it('decides what becomes of unmasked frames, of violations and of what nobody takes', async () => {
    const overrides = { requireMasked: false, onViolation: 'drop', maxFrameBytes: 5 } as const;
    const all = await serving(overrides);
    const socket = await openRaw(all.url);
    socket.send(BINARY, 'abc', { key: undefined });
    expect(closeOf(await socket.next())[0]).toBe(1002);
    const client = await startClient(`${all.url}/?own`, { maskFrames: false });
    const accepted = await newest(all);
    client.send('abc');
    await until(() => accepted.stats.received.messages === 1);
    client.send('abcdef');
    expect(await ended(client)).toMatchObject({ code: 1006, wasClean: false });
  });

  it('leaves out what is given as undefined', async () => {
    const all = await serving({ maxMessageBytes: undefined } as never, { maxMessageBytes: 5 });
    const client = await startClient(`${all.url}/?own`);
    client.send('123456');
    expect(await ended(client)).toMatchObject({ code: 1009 });
  });

  it('reads an object once, however many connections have it', async () => {
    let reads = 0;
    const overrides = Object.defineProperty({}, 'maxMessageBytes', {
      enumerable: true,
      get: () => {
        reads++;
        return 10;
      },
    });
    const all = await serving(overrides);
    await startClient(`${all.url}/?own`);
    const once = reads;
    for (let i = 0; i < 5; i++) await startClient(`${all.url}/?own`);
    expect(once).toBeGreaterThan(0);
    expect(reads).toBe(once);
  });

  it.each<[object, string]>([
    [{ maxMesageBytes: 1 }, 'unknown option decision.options.maxMesageBytes, did you mean'],
    [{ maxMessageBytes: -1 }, 'option decision.options.maxMessageBytes is -1, expected'],
    [{ scheduler: new VirtualTime() }, 'unknown option decision.options.scheduler'],
    [{ maxConcurrentInflate: 1 }, 'unknown option decision.options.maxConcurrentInflate'],
    [{ receiveLowWaterBytes: 10 ** 9 }, 'option receiveLowWaterBytes is 1000000000, expected'],
    [{ port: 1 }, 'unknown option decision.options.port'],
  ])('answers %j with 500, and says in the log what is wrong', async (overrides, message) => {
    const { url, errors } = await serving(overrides);
    expect((await replyTo(url, requestFor('/?'))).status).toBe(500);
    expect(errors).toHaveLength(1);
    expect((errors[0] as Error).message).toContain(message);
  });

  it('is no decision with options that are none', async () => {
    const { url, errors } = await serving(5 as never);
    expect((await replyTo(url, requestFor('/?'))).status).toBe(500);
    expect((errors[0] as Error).message).toBe('option decision.options is 5, expected of type object');
  });

  it('come together in allOf, the later ones first', async () => {
    const small = { maxMessageBytes: 5, closeTimeoutMs: 5000 };
    const large = { maxMessageBytes: 50, closeTimeoutMs: undefined } as never;
    const server = await openServer({
      host: '127.0.0.1',
      authorize: allOf(
        () => accept({ options: small }),
        () => accept({ options: large }),
        () => accept(),
      ),
    });
    afterTest(() => server.close());
    const client = await startClient(server.url);
    client.send('x'.repeat(50));
    client.send('x'.repeat(51));
    expect(await ended(client)).toMatchObject({ code: 1009 });
  });
});
