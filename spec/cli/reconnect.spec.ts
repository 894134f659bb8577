import {
  accept,
  type Authorize,
  type Connection,
  reject,
  type Server,
  type ServerOptions,
} from '../../src/index.js';
import { run } from '../../src/cli/run.js';
import { FakeTerminal } from '../support/fake-terminal.js';
import { startServer, watchResources } from '../support/harness.js';
import { told } from '../support/told.js';

watchResources();

// The delays are drawn: of the least that is possible there is nothing to wait for.
const { random } = Math;
beforeEach(() => {
  Math.random = () => 0;
});
afterEach(() => {
  Math.random = random;
});

/** What is done with the connections of a server, the first one first; the last one for all further ones, too. */
type Behaviour = (connection: Connection) => void;

const echo: Behaviour = (connection) => void connection.messages$.subscribe(connection.outbox);
const echoOne: Behaviour = (connection) => {
  connection.messages$.subscribe((message) => {
    connection.send(message);
    connection.close(1012);
  });
};

async function serving(behaviours: readonly Behaviour[], options: ServerOptions = {}): Promise<Server> {
  const server = await startServer(options);
  let count = 0;
  server.connections$.subscribe((connection) => {
    behaviours[Math.min(count++, behaviours.length - 1)]?.(connection);
  });
  return server;
}

/** Lets one in, and tells all others to come back much later. */
function oneOnly(count = 1): Authorize {
  let left = count;
  const busy = reject(503, { headers: { 'Retry-After': '200' } });
  return () => (left-- > 0 ? accept() : busy);
}

/** An address at which nobody listens yet. */
async function unusedPort(): Promise<number> {
  const server = await startServer();
  await server.close();
  return Number(new URL(server.url).port);
}

function starts(args: readonly string[], isTTY = false): { terminal: FakeTerminal; code: Promise<number> } {
  const terminal = new FakeTerminal(isTTY);
  return { terminal, code: run(args, terminal) };
}

describe('rxwire <url> --reconnect', () => {
  it('goes on with the next connection, and sends each line once', async () => {
    const server = await serving([echoOne]);
    const { terminal, code } = starts([server.url, '--reconnect']);
    const lines = Array.from({ length: 20 }, (_, i) => `line ${String(i)}\n`);
    for (const line of lines) {
      terminal.stdin.write(line);
      await terminal.says(line);
    }
    terminal.stdin.end();
    expect(await code).toBe(0);
    expect(terminal.stdout.text).toBe(lines.join(''));
  });

  it('waits for a server that is not there yet, and reads no line before', async () => {
    const port = await unusedPort();
    const { terminal, code } = starts([`127.0.0.1:${String(port)}`, '--reconnect']);
    terminal.stdin.end('a\nb\n');
    await terminal.says(/ECONNREFUSED/);
    expect(terminal.stdin.readableLength).toBe(4);
    await serving([echo], { port });
    expect(await code).toBe(0);
    expect(terminal.stdout.text).toBe('a\nb\n');
  });

  it('keeps the lines that come while there is no connection, and ends behind them', async () => {
    const first = await serving([(connection) => connection.close(1012)]);
    const port = Number(new URL(first.url).port);
    const { terminal, code } = starts([first.url, '--reconnect', '--max-attempts', '1000000']);
    await terminal.says(/received 1012/);
    await first.close();
    await terminal.says(/ECONNREFUSED|received 1012/);
    terminal.stdin.end('late\n');
    await serving([echo], { port });
    expect(await code).toBe(0);
    expect(terminal.stdout.text).toBe('late\n');
  });

  it.each([
    ['-t', ['--eof-wait', '-1']],
    ['-x', ['-w', '-1']],
  ])('sends what %s says to each connection', async (flag, stay) => {
    const server = await serving([echoOne, echoOne, echo]);
    const { terminal, code } = starts([server.url, '--reconnect', flag, 'subscribe', ...stay]);
    terminal.stdin.end();
    await terminal.says('subscribe\nsubscribe\nsubscribe\n');
    terminal.signals$.next('SIGINT');
    expect(await code).toBe(130);
  });

  it('waits for the answer to -x anew, and closes then', async () => {
    const server = await serving([echoOne, echo]);
    expect(await told([server.url, '--reconnect', '-x', 'ask', '-w', '1'])).toMatchObject({
      code: 0,
      stdout: 'ask\nask\n',
    });
  });

  it('shows one message with -1, and sends its line once', async () => {
    const seen: unknown[] = [];
    const silent: Behaviour = (connection) => {
      connection.messages$.subscribe(({ data }) => {
        seen.push(data);
        connection.terminate();
      });
    };
    const server = await serving([silent, (connection) => void connection.send('answer')]);
    expect(await told([server.url, '--reconnect', '-1'], 'question\nanother\n')).toMatchObject({
      code: 0,
      stdout: 'answer\n',
    });
    expect(seen).toEqual(['question']);
  });

  it('says why it tries again when the reason is new, and each time with -v', async () => {
    const port = await unusedPort();
    const url = `ws://127.0.0.1:${String(port)}/?token=secret`;
    const again = (attempt: number): string =>
      `cannot connect to ws://127.0.0.1:${String(port)}/?…: connect ECONNREFUSED 127.0.0.1:${String(port)}; attempt ${String(attempt)} in 0.0 s\n`;
    const end = again(0).replace(/^(.*); attempt.*$/s, 'rxwire: $1\n');
    const args = [url, '--reconnect', '--max-attempts', '3'];
    expect(await told(args)).toEqual({ code: 1, stdout: '', stderr: `${again(2)}${end}` });
    expect(await told([...args, '-v'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${again(2)}${again(3)}${end}`,
    });
  });

  it('tells again after there was a connection', async () => {
    const server = await serving([echoOne, echoOne, (connection) => connection.close(4001, 'no')]);
    const { code, stderr } = await told([server.url, '--reconnect', '-x', 'a', '-w', '-1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^connection closed: received 1012.*; attempt 2 in 0\.0 s\nconnection closed: received 1012.*; attempt 3 in 0\.0 s\nrxwire: connection closed: received 4001 \(no\).*\n$/,
    );
  });

  it.each<[string, ServerOptions, Behaviour, number, RegExp]>([
    ['the server closes with 1000', {}, (connection) => connection.close(), 0, /^$/],
    ['the server closes with 4000', {}, (connection) => connection.close(4000), 1, /^rxwire: .* 4000;.*\n$/],
    ['it is not let in', { authorize: () => reject(401) }, echo, 1, /^rxwire: .* 401.*\n$/],
  ])('ends when %s', async (_, options, behaviour, code, stderr) => {
    const server = await serving([behaviour], options);
    const { terminal, code: ended } = starts([server.url, '--reconnect']);
    expect(await ended).toBe(code);
    expect(terminal.stderr.text).toMatch(stderr);
  });

  it.each([
    ['sent', false],
    ['typed', true],
  ])('ends at once with 130 at a Ctrl+C that is %s while it waits', async (_, isTyped) => {
    const server = await serving([echoOne], { authorize: oneOnly() });
    const { terminal, code } = starts([server.url, '--reconnect'], isTyped);
    terminal.stdin.write('a\r\n');
    await terminal.says(/503.*attempt 3 in 200\.0 s/);
    if (isTyped) terminal.stdin.write('\x03');
    else terminal.signals$.next('SIGINT');
    expect(await code).toBe(130);
    expect(server.connections.size).toBe(0);
  });

  it.each([
    ['in a pipe, at the end of stdin', false, 1],
    ['at Ctrl+D', true, 1],
    ['at Ctrl+D, before there was a connection', true, 0],
  ])('has nothing to wait for %s', async (_, isTyped, connections) => {
    const server = await serving([echoOne], { authorize: oneOnly(connections) });
    const { terminal, code } = starts([server.url, '--reconnect'], isTyped);
    if (connections > 0) terminal.stdin.write('a\r\n');
    await terminal.says(/503.*in 200\.0 s/);
    if (isTyped) terminal.stdin.write('\x04');
    else terminal.stdin.end();
    expect(await code).toBe(1);
    expect(terminal.stderr.text).toMatch(/rxwire: .*503.*\n$/);
  });

  it('stays for --eof-wait, whether there is a connection or not', async () => {
    const server = await serving([echoOne, echo], { authorize: oneOnly(2) });
    const { code, stdout } = await told([server.url, '--reconnect', '--eof-wait', '0.2'], 'a\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'a\n' });
    const busy = await serving([echoOne], { authorize: oneOnly() });
    expect(await told([busy.url, '--reconnect', '--eof-wait', '0.2'], 'a\n')).toMatchObject({
      code: 1,
      stdout: 'a\n',
    });
  });

  it('ends when stdin has a line that cannot be sent', async () => {
    const server = await serving([echoOne]);
    const { terminal, code } = starts([server.url, '--reconnect']);
    terminal.stdin.write('a\n');
    await terminal.says(/attempt 2/);
    terminal.stdin.write(Uint8Array.of(0xff, 10));
    expect(await code).toBe(1);
    expect(terminal.stderr.text).toMatch(/rxwire: line 2 of stdin is not UTF-8.*\n$/);
  });

  it.each([
    [['--max-attempts', '2'], '--max-attempts needs --reconnect'],
    [['--reconnect', '--max-attempts', '0'], '--max-attempts is "0", expected an integer from 1 to 1000000'],
  ])('refuses %j', async (args, text) => {
    const { code, stderr } = await told(['ws://h', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(`rxwire: ${text} (`);
  });
});
