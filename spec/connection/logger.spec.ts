import { jest } from '@jest/globals';
import { format } from 'node:util';
import { BehaviorSubject, firstValueFrom, throwError } from 'rxjs';
import { type LogDetails, type Logger, openConnection, openServer, serve } from 'rxwire';
import { consoleLogger } from '../../src/connection/logger.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, startPair, startServer, watchResources } from '../support/harness.js';
import { until } from '../support/turns.js';

watchResources();

interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly details: LogDetails;
}

/** A logger, and what it was told. */
function recording(...levels: readonly (keyof Logger)[]): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: keyof Logger) => [
    level,
    (message: string, details: LogDetails) => void lines.push({ level, message, details }),
  ];
  return { logger: Object.fromEntries(levels.map(at)), lines };
}

describe('logger', () => {
  it('is told the id of the connection and the address of its peer with every line about it', async () => {
    const { logger, lines } = recording('debug', 'warn', 'error');
    const { client, accepted } = await startPair({ logger, maxMessageBytes: 10 });
    accepted.outbox.error(new Error('the source'));
    await ended(client);
    await until(() => lines.length === 3);
    const details = { connection: accepted.id, remoteAddress: '127.0.0.1' };
    expect(lines[0]).toEqual({ level: 'debug', message: 'opened', details });
    expect(lines[1]).toEqual({
      level: 'error',
      message: 'the source of the outbox failed, closing with 1011',
      details: { ...details, error: new Error('the source') },
    });
    expect(lines[2]).toMatchObject({ level: 'debug', details: { connection: accepted.id } });
    expect(lines[2]!.message).toMatch(/^closed with 1011 by local, clean$/);
  });

  it('tells connections apart', async () => {
    const { logger, lines } = recording('debug');
    const server = await startServer({ logger });
    await startClient(server.url);
    await startClient(server.url);
    await until(() => lines.length === 2);
    const ids = [...server.connections].map(({ id }) => id);
    expect(lines.map(({ details }) => details.connection)).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
  });

  it('is told by a client, too', async () => {
    const { logger, lines } = recording('debug');
    const server = await startServer();
    const client = await startClient(server.url, { logger });
    expect(lines).toEqual([
      {
        level: 'debug',
        message: 'opened',
        details: { connection: client.id, remoteAddress: '127.0.0.1' },
      },
    ]);
  });

  it('is told the connection whose handler failed', async () => {
    const { logger, lines } = recording('error');
    const status$ = new BehaviorSubject<string>('');
    const running = collect(
      serve(
        (connection) => {
          status$.next(connection.id);
          return throwError(() => new Error('mine'));
        },
        { host: '127.0.0.1', logger },
      ),
    );
    await until(() => running.values.length === 1);
    const client = await startClient(running.values[0]!.url);
    expect(await ended(client)).toMatchObject({ code: 1011 });
    expect(lines).toMatchObject([{ details: { connection: status$.value, error: new Error('mine') } }]);
  });

  it('is told the address of requests that are refused, or that no decision could be made about', async () => {
    const { logger, lines } = recording('warn', 'error');
    const server = await startServer({
      logger,
      authorize: () => {
        throw new Error('the database');
      },
    });
    await expect(openConnection(server.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(openConnection(server.url)).rejects.toThrow('500');
    expect(lines).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('evil.example'),
        details: { remoteAddress: '127.0.0.1' },
      },
      {
        level: 'error',
        message: 'authorize failed',
        details: { remoteAddress: '127.0.0.1', error: new Error('the database') },
      },
    ]);
  });

  it('is told which connection of a browser has no subprotocol', async () => {
    const { logger, lines } = recording('warn');
    const server = await startServer({ logger });
    const client = await startClient(server.url, {
      origin: server.url.replace('ws', 'http'),
      subprotocols: ['chat'],
      requireSubprotocol: false,
    });
    await firstValueFrom(client.state$);
    const [accepted] = server.connections;
    expect(lines).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('"chat"'),
        details: { connection: accepted!.id, remoteAddress: '127.0.0.1' },
      },
    ]);
  });

  it('is told where a server listens, and that it has closed', async () => {
    const { logger, lines } = recording('info');
    const server = await openServer({ host: '127.0.0.1', logger });
    afterTest(() => server.close());
    const { url } = server;
    await server.close();
    expect(lines.map(({ message }) => message)).toEqual([`listening on ${url}`, 'closed']);
  });
});

describe('a logger that throws', () => {
  it('is told of on the console, and ends neither a connection nor the process', async () => {
    const failing = (message: string): void => {
      throw new Error(`no disk for ${message}`);
    };
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    afterTest(() => {
      error.mockRestore();
    });
    const logger: Logger = { debug: failing, warn: failing, error: failing, info: failing };
    const { server, client, accepted } = await startPair({ logger }, { logger });
    await expect(openConnection(server.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
    const echo = firstValueFrom(client.messages$);
    accepted.send('hello');
    expect(await echo).toMatchObject({ data: 'hello' });
    client.close();
    expect(await ended(accepted)).toMatchObject({ code: 1000, wasClean: true });
    const said = error.mock.calls.map(([line]) => String(line));
    expect(said).toContainEqual(expect.stringMatching(/^rxwire: the logger failed at "listening on ws:/));
    expect(said).toContainEqual(expect.stringContaining(`failed at "opened" (connection ${accepted.id} `));
    expect(said).toContainEqual(expect.stringContaining('evil.example'));
  });

  it('is called as a method of its own, as it is then', async () => {
    class Counting {
      lines = 0;
      debug(): void {
        this.lines++;
      }
    }
    const logger = new Counting();
    await startPair({ logger });
    expect(logger.lines).toBe(1);
    logger.debug = () => undefined;
    await startPair({ logger });
    expect(logger.lines).toBe(1);
  });
});

describe('the console as the default logger', () => {
  const cases: [string, LogDetails, string][] = [
    ['alone', {}, 'rxwire: x'],
    ['with its connection', { connection: 'c1' }, 'rxwire: x (connection c1)'],
    ['with where it came from', { remoteAddress: '192.0.2.1' }, 'rxwire: x (from 192.0.2.1)'],
    [
      'with both',
      { connection: 'c1', remoteAddress: '192.0.2.1' },
      'rxwire: x (connection c1 from 192.0.2.1)',
    ],
  ];
  it.each(cases)('has the message %s in one line', (_what, details, line) => {
    const said: string[] = [];
    const keep = (...words: unknown[]): void => void said.push(format(...words));
    const warn = jest.spyOn(console, 'warn').mockImplementation(keep);
    const error = jest.spyOn(console, 'error').mockImplementation(keep);
    try {
      consoleLogger.warn?.('x', details);
      consoleLogger.error?.('x', { ...details, error: 'why' });
    } finally {
      warn.mockRestore();
      error.mockRestore();
    }
    expect(said).toEqual([line, `${line} why`]);
    expect([consoleLogger.debug, consoleLogger.info]).toEqual([undefined, undefined]);
  });
});
