import { firstValueFrom } from 'rxjs';
import {
  type ClientOptions,
  type CloseInfo,
  type Connection,
  openConnection,
  openServer,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { until } from './turns.js';

/** Called at the end of a test, the last one first. */
type Closing = () => unknown;

const closings: Closing[] = [];
const checks: (() => void)[] = [];
const troubles: string[] = [];
let before: Map<string, number> = new Map();

/** What stays behind when something was not closed. */
const WATCHED = /TCP|Pipe|TLS|Timeout|Immediate|Process|Zlib|Worker|DNS|GetAddrInfo/;
const SETTLE_MS = 1000;

/** Closes `close` when the test has ended, however it ended. */
export function afterTest(close: Closing): void {
  closings.push(close);
}

/** Looks at something when everything of the test is closed; throws to fail it. */
export function checkAfterTest(check: () => void): void {
  checks.push(check);
}

/**
 * Call at the top of a spec file. After every test what was opened through this module is closed, no socket, timer
 * or immediate is left, and Node had nothing to complain of.
 */
export function watchResources(): void {
  const events = ['uncaughtException', 'unhandledRejection', 'warning'] as const;
  const listeners = events.map((event) => ({
    event,
    listener: (reason: unknown) => {
      // Jest's own way of loading modules is still an experiment.
      if ((reason as Error | undefined)?.name === 'ExperimentalWarning') return;
      troubles.push(`${event}: ${String((reason as Error | undefined)?.stack ?? reason)}`);
    },
  }));

  beforeEach(() => {
    for (const { event, listener } of listeners) hostProcess.on(event, listener);
    before = resources();
  });

  afterEach(async () => {
    const failures: unknown[] = [];
    for (const close of closings.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    const left = await settled();
    for (const { event, listener } of listeners) hostProcess.off(event, listener);
    for (const check of checks.splice(0)) {
      try {
        check();
      } catch (error) {
        failures.push(error);
      }
    }
    expect(left).toEqual([]);
    expect(troubles.splice(0)).toEqual([]);
    if (failures.length > 0) throw failures[0];
  });
}

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of hostProcess.getActiveResourcesInfo()) {
    if (WATCHED.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function leftOver(): string[] {
  const left: string[] = [];
  for (const [name, count] of resources()) {
    const more = count - (before.get(name) ?? 0);
    if (more > 0) left.push(`${more} ${name}`);
  }
  return left;
}

/** Polls until nothing is left over, a second at most. */
async function settled(): Promise<string[]> {
  const began = performance.now();
  let left = leftOver();
  while (left.length > 0 && performance.now() - began < SETTLE_MS) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    left = leftOver();
  }
  return left;
}

/** A server on a free port of 127.0.0.1 that is closed after the test; connections that hang are destroyed. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const where =
    options.unixPath === undefined && options.server === undefined ? { host: '127.0.0.1', port: 0 } : {};
  const server = await openServer({ ...where, logger: {}, ...options });
  afterTest(() => {
    for (const connection of server.connections) connection.terminate();
    return server.close();
  });
  return server;
}

/** A client's connection that is destroyed after the test. */
export async function startClient(url: string, options: ClientOptions = {}): Promise<Connection> {
  return owned(await openConnection(url, { logger: {}, ...options }));
}

/** Destroys `connection` after the test. */
export function owned<C extends Connection>(connection: C): C {
  afterTest(() => {
    connection.terminate();
    return until(() => connection.state === 'closed', 'a terminated connection closes');
  });
  return connection;
}

/** Resolves with how the connection ended. */
export function ended(connection: Connection): Promise<CloseInfo> {
  return firstValueFrom(connection.closed$);
}

/** A client and the server's end of it, over TCP. */
export async function startPair(
  serverOptions: ServerOptions = {},
  clientOptions: ClientOptions = {},
): Promise<{ server: Server; client: Connection; accepted: Connection }> {
  const server = await startServer(serverOptions);
  const arrival = firstValueFrom(server.connections$);
  const client = await startClient(server.url, clientOptions);
  return { server, client, accepted: await arrival };
}
