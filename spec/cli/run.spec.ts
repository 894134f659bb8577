import { run } from '../../src/cli/run.js';
import { VERSION } from '../../src/cli/version.js';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { join } from 'node:path';
import { signLines } from '../../src/cli/rooms.js';
import { describeFrame } from '../../src/cli/traces.js';
import { makeFrame, openConnection, openServer } from 'rxwire';
import { FakeTerminal } from '../support/fake-terminal.js';
import { turns } from '../support/turns.js';
import { told, type Told } from '../support/told.js';

const outcome = (...args: readonly string[]): Promise<Told> => told(args);

describe('run', () => {
  it('tells the version of the package', async () => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
    expect((JSON.parse(text) as { version: string }).version).toBe(VERSION);
    expect(await outcome('--version')).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it.each([[['--help']], [['-h']], [['ws://h', '-h']], [['serve', '--help']]])('helps: %j', async (args) => {
    const { code, stdout } = await outcome(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage:\n {2}rxwire /);
  });

  it.each([
    [
      [],
      'rxwire: there is no url, expected rxwire <url> or rxwire serve (rxwire --help lists what there is)\n',
    ],
    [
      ['serve', '--prot', '1'],
      'rxwire: unknown flag --prot, did you mean --port? (rxwire serve --help lists what there is)\n',
    ],
    [['sevre'], /^rxwire: unknown command "sevre", did you mean "serve", or ws:\/\/sevre\? \(.*\)\n$/],
    [['ftp://h'], /^rxwire: URL has the scheme "ftp:", expected ws:/],
    [['ws://h#x'], /^rxwire: URL has a fragment/],
    [['ws://h', '-H', 'a b: c'], /^rxwire: header name is "a b", expected a token/],
    [['ws://h', '-s', 'a b'], /^rxwire: --subprotocols has "a b", expected tokens/],
    [['serve', '--origins', 'x'], /^rxwire: origins has "x", expected origins such as/],
    [['--\x1b[2J', 'ws://h'], /^rxwire: unknown flag --\\x1b\[2J, did you mean/],
  ])('refuses %j with 2 and one line', async (args, text) => {
    const { code, stdout, stderr } = await outcome(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(text);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('ends with 1 and one line when nobody listens', async () => {
    const server = await openServer({ host: '127.0.0.1' });
    await server.close();
    const { code, stderr } = await outcome(server.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^rxwire: cannot connect to ws:\/\/127\.0\.0\.1:\d+\/: connect ECONNREFUSED .*\n$/,
    );
  });

  it('ends with 1 when the port is taken', async () => {
    await using server = await openServer({ host: '127.0.0.1' });
    const { code, stderr } = await outcome('serve', '--port', new URL(server.url).port);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^rxwire: listen EADDRINUSE: .*\n$/);
  });
});

describe('rxwire serve', () => {
  async function serving(
    ...args: string[]
  ): Promise<{ terminal: FakeTerminal; url: string; code: Promise<number> }> {
    const terminal = new FakeTerminal();
    const code = run(['serve', '--port', '0', ...args], terminal);
    const [, url = ''] = await terminal.says(/^listening on (.*)\n$/);
    return { terminal, url, code };
  }

  it('sends each message to all others', async () => {
    const { terminal, url, code } = await serving('--broadcast');
    const [a, b] = [await openConnection(url), await openConnection(url)];
    a.send('from a');
    b.send(Uint8Array.of(1));
    const [fromA, fromB] = [await b[Symbol.asyncIterator]().next(), await a[Symbol.asyncIterator]().next()];
    expect(fromA.value).toEqual({ type: 'text', data: 'from a' });
    expect(fromB.value).toEqual({ type: 'binary', data: Buffer.of(1) });
    terminal.signals$.next('SIGTERM');
    expect(await code).toBe(0);
  });

  it('lets people chat by name, in text', async () => {
    const { terminal, url, code } = await serving('--chat');
    const [a, b] = [await openConnection(url), await openConnection(url)];
    a.send('hi\nguest2: fake');
    for (const connection of [a, b]) {
      const { value } = await connection[Symbol.asyncIterator]().next();
      expect(value).toEqual({ type: 'text', data: 'guest1: hi\nguest1: guest2: fake' });
    }
    b.send(Uint8Array.of(1));
    const info = await new Promise((resolve) => b.closed$.subscribe(resolve));
    expect(info).toMatchObject({ code: 1003, reason: 'the chat takes text messages only' });
    terminal.signals$.next('SIGINT');
    expect(await code).toBe(0);
  });

  it('waits for its clients, until a second signal that is not the first one passed on', async () => {
    const { terminal, url, code } = await serving();
    const silent = await openSilently(url);
    const closing = once(silent, 'data');
    const clock = jumpingClock();
    let hasEnded = false;
    void code.then(() => (hasEnded = true));
    terminal.signals$.next('SIGINT');
    terminal.signals$.next('SIGINT');
    await closing;
    await turns(50);
    expect([hasEnded, silent.readableEnded]).toEqual([false, false]);
    clock.jump(1000);
    terminal.signals$.next('SIGTERM');
    expect(await code).toBe(143);
    silent.destroy();
  });
});

const { now } = performance;
afterEach(() => {
  performance.now = now;
});

/** A clock that stands still unless it is moved. */
function jumpingClock(): { jump(ms: number): void } {
  let time = performance.now();
  performance.now = () => time;
  return { jump: (ms) => void (time += ms) };
}

/** A client that answers nothing. */
function openSilently(url: string): Promise<Duplex> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
  };
  return new Promise((resolve) => {
    get(url.replace('ws:', 'http:'), { headers }).once('upgrade', (_response, socket) => {
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

describe('signLines', () => {
  it('signs each line, however it ends', () => {
    expect(signLines('a', '1\r\n2\r3\u20284')).toBe('a: 1\na: 2\na: 3\na: 4');
  });
});

describe('describeFrame', () => {
  it('tells the head and nothing of the payload', () => {
    expect(describeFrame(makeFrame(1, 'secret', { rsv: 4 }))).toBe('text fin=1 rsv=4 6 bytes');
    expect(describeFrame(makeFrame(3, 'x', { fin: false }))).toBe('opcode 0x3 fin=0 rsv=0 1 byte');
  });
});
