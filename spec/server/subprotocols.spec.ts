import { type ServerOptions } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { startClient, startServer, watchResources } from '../support/harness.js';
import { replyTo, requestFor } from './requesting.js';

watchResources();

interface Answer {
  readonly status: number;
  readonly chosen: string | undefined;
  readonly warnings: readonly string[];
  readonly errors: readonly unknown[];
}

async function answerTo(
  offer: string | undefined,
  options: ServerOptions,
  lines: readonly string[] = [],
): Promise<Answer> {
  const warnings: string[] = [];
  const errors: unknown[] = [];
  const logger = {
    warn: (text: string) => void warnings.push(text),
    error: (_: string, { error }: { error?: unknown }) => void errors.push(error),
  };
  const server = await startServer({ logger, ...options });
  const offered = offer === undefined ? [] : [`Sec-WebSocket-Protocol: ${offer}`];
  const { status, headers } = await replyTo(server.url, requestFor('/', [...offered, ...lines]));
  return { status, chosen: headers.get('sec-websocket-protocol'), warnings, errors };
}

describe('selectSubprotocol', () => {
  const subprotocols = ['a', 'b', 'c'];

  it.each<[ServerOptions['selectSubprotocol'], string | undefined, string | undefined]>([
    [undefined, 'c, b', 'c'],
    ['client', 'x, b, a', 'b'],
    ['server', 'c, b', 'b'],
    ['balanced', 'c, x, b, a', 'c'],
    ['balanced', 'b, a', 'a'],
    ['server', 'x', undefined],
    ['server', undefined, undefined],
    [(offered) => offered.at(-1), 'x, y', 'y'],
    [() => undefined, 'a', undefined],
    [(_, { query }) => query.get('p') ?? undefined, 'a', undefined],
  ])('%s of %s is %s', async (selectSubprotocol, offer, chosen) => {
    const answer = await answerTo(offer, { subprotocols, ...(selectSubprotocol && { selectSubprotocol }) });
    expect([answer.status, answer.chosen]).toEqual([101, chosen]);
  });

  it('is what both ends have', async () => {
    const server = await startServer({ selectSubprotocol: (offered) => offered[1] });
    const client = await startClient(server.url, { subprotocols: ['a', 'b'] });
    const [accepted] = server.connections;
    expect([client.subprotocol, accepted!.subprotocol]).toEqual(['b', 'b']);
  });

  it.each<[string, () => unknown]>([
    ['chooses what was not offered', () => 'z'],
    ['chooses in another case', () => 'A'],
    ['chooses a line end', () => 'a\r\nX-Evil: 1'],
    ['gives a number', () => 1],
    ['gives null', () => null],
    ['gives a promise', () => Promise.resolve('a')],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['is an async function', async () => Promise.resolve('a')],
    ['is an async function that is rejected', async () => Promise.reject(new Error('no'))],
  ])('is answered with 500 when it %s', async (_, select) => {
    const { status, errors } = await answerTo('a', { selectSubprotocol: select as never });
    expect([status, errors.length]).toEqual([500, 1]);
  });

  it.each([['both'], [''], [1], [null]])('refuses %j', async (selectSubprotocol) => {
    await expect(startServer({ selectSubprotocol: selectSubprotocol as never })).rejects.toThrow(
      /option selectSubprotocol is .*, expected 'client', 'server', 'balanced' or a function/,
    );
  });
});

describe('requireSubprotocol', () => {
  const required: ServerOptions = { subprotocols: ['a', 'b'], requireSubprotocol: true };

  it.each([
    ['a', 101],
    ['x, b', 101],
    ['x', 400],
    [undefined, 400],
  ])('answers the offer %s with %s', async (offer, status) => {
    expect((await answerTo(offer, required)).status).toBe(status);
  });

  it('says which would do', async () => {
    const server = await startServer(required);
    const rejections = collect(server.rejections$);
    const { body } = await replyTo(server.url, requestFor('/', ['Sec-WebSocket-Protocol: x']));
    expect(body).toBe(
      'Sec-WebSocket-Protocol offers nothing that is spoken here, expected one of "a", "b"\n',
    );
    expect(rejections.values).toMatchObject([{ status: 400 }]);
  });

  it('holds for a function’s choice, too', async () => {
    const { status } = await answerTo('a', { requireSubprotocol: true, selectSubprotocol: () => undefined });
    expect(status).toBe(400);
  });
});

describe('the warning about a browser that gets no subprotocol', () => {
  const browser = ['Origin: http://127.0.0.1'];

  it('names what it offered, and the options', async () => {
    const { status, warnings } = await answerTo('a, b', { subprotocols: ['c'] }, browser);
    expect([status, warnings.length]).toEqual([101, 1]);
    expect(warnings[0]).toMatch(/a browser offered the subprotocols "a", "b" and none was chosen/);
    expect(warnings[0]).toMatch(/subprotocols, selectSubprotocol/);
  });

  it.each<[string, string | undefined, ServerOptions, readonly string[]]>([
    ['one was chosen', 'a', { subprotocols: ['a'] }, browser],
    ['none was offered', undefined, { subprotocols: ['a'] }, browser],
    ['it is no browser', 'a', {}, []],
    ['it is refused', 'a', { requireSubprotocol: true }, browser],
  ])('is not there when %s', async (_, offer, options, lines) => {
    expect((await answerTo(offer, options, lines)).warnings).toEqual([]);
  });

  it('does not grow with the offer', async () => {
    const offer = Array.from({ length: 500 }, (_, i) => `${'p'.repeat(20)}${i}`).join(', ');
    const { warnings } = await answerTo(offer, {}, browser);
    expect(warnings[0]!.length).toBeLessThan(1000);
  });
});
