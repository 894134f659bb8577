import net from 'node:net';
import fc from 'fast-check';
import { openServer, type Server } from '../../../src/index.js';
import { byteByByte, cutAt } from '../../../src/testing/chunks.js';
import { afterTest, watchResources } from '../../support/harness.js';
import '../../support/seed.js';
import { CHOICE_ROWS } from './choice-rows.js';
import { type Outcome, outcomeOf } from './judged.js';
import type { Row } from './row.js';
import { ROWS } from './rows.js';
import { replyTo, requestFor } from '../requesting.js';

watchResources();

/** Ways to cut a row at random that are tried; more with RXWIRE_RUNS would take minutes. */
const CUTS = 3;
/** Longer ones are not sent octet by octet. */
const MAX_SINGLE = 1000;

async function echoing(row: Row): Promise<Server<unknown>> {
  const server = await openServer({
    ...(row.options?.server === undefined && { host: '127.0.0.1' }),
    logger: {},
    keepAlive: false,
    ...row.options,
  });
  afterTest(() => server.close({ graceMs: 0 }));
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  return server;
}

/** One whose sockets come from a server of `node:net`. */
async function echoingOnSockets(row: Row): Promise<Server<unknown>> {
  const sockets = net.createServer();
  await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve));
  afterTest(() => new Promise((resolve) => sockets.close(resolve)));
  return echoing({ ...row, options: { ...row.options, server: sockets } });
}

function expectAnswer(row: Row, outcome: Outcome): void {
  const { status, headers, body, frames } = outcome;
  expect([status, body]).toEqual([row.status, expect.stringMatching(row.says ?? /^$/)]);
  for (const [name, value] of Object.entries(row.headers ?? {})) {
    expect([name, headers[name]]).toEqual([name, value]);
  }
  if (status === 101) {
    expect(headers).toMatchObject({ upgrade: 'websocket', connection: 'Upgrade' });
    expect(headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(frames).toEqual(row.frames ?? []);
    expect([outcome.connections, outcome.rejections]).toEqual([1, []]);
    return;
  }
  expect(headers['connection']).toBe(status === 426 ? 'close, Upgrade' : 'close');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  expect(body).toMatch(/^[^\r\n]{1,400}\n$/);
  expect([outcome.connections, outcome.rejections]).toEqual([0, [status]]);
}

for (const [about, rows] of Object.entries({ ...ROWS, ...CHOICE_ROWS })) {
  describe(`a request, by ${about}`, () => {
    it.each(rows)('with $name is answered with $status, however it is cut', async (row) => {
      const server = await echoing(row);
      const octets = Buffer.from(row.octets, 'latin1');
      const whole = await outcomeOf(server, [octets]);
      expectAnswer(row, whole);
      if (octets.length <= MAX_SINGLE) expect(await outcomeOf(server, byteByByte(octets))).toEqual(whole);
      const places = fc.array(fc.nat(octets.length), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(places, async (cuts) => {
          expect(await outcomeOf(server, cutAt(octets, cuts))).toEqual(whole);
        }),
        { numRuns: CUTS },
      );
      expect((await replyTo(server.url, requestFor(row.options?.path ?? '/'))).status).toBeGreaterThan(100);
      expect(Object.keys(Object.prototype)).toEqual([]);
    });

    it.each(rows)(
      'with $name is answered the same where another server has accepted its socket',
      async (row) => {
        const server = await echoingOnSockets(row);
        expectAnswer(row, await outcomeOf(server, [Buffer.from(row.octets, 'latin1')]));
      },
    );
  });
}

describe('the table', () => {
  it('names each row once', () => {
    for (const rows of Object.values({ ...ROWS, ...CHOICE_ROWS })) {
      const names = rows.map(({ name }) => name);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    }
  });
});
