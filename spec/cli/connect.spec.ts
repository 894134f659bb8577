import { type Connection, openServer, type Server } from 'rxwire';
import { BUILD, Command, endCommands, MAIN, rxwire, rxwireServe, SHELL } from '../support/command.js';
import { describeNeeds, itNeeds } from '../support/skip.js';

describeNeeds(BUILD, 'rxwire <url>, in pipes', () => {
  let server: Server;
  beforeEach(async () => {
    server = await openServer({ host: '127.0.0.1', subprotocols: ['chat'] });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  });
  afterEach(async () => {
    await endCommands();
    await server.close({ graceMs: 100 });
  });

  it('sends the lines of stdin and shows every answer before it exits with 0', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${String(i)}\n`).join('');
    const client = rxwire(server.url).end(lines);
    expect(await client.ended).toBe(0);
    expect(client.text).toBe(lines);
    expect(client.stderr).toBe('');
  });

  it('sends bytes and shows them as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 0xff));
    const client = rxwire(server.url, '-b').end(bytes);
    expect(await client.ended).toBe(0);
    expect(client.stdout.equals(bytes)).toBe(true);
  });

  it('writes what a terminal would have to fear as it is', async () => {
    const client = rxwire(server.url).end('\x1b[2J\x9b\u202e\n');
    await client.ended;
    expect(client.stderr).toBe('');
    expect(client.text).toBe('\x1b[2J\x9b\u202e\n');
  });

  it('executes, waits and closes, without reading stdin', async () => {
    const client = rxwire(server.url, '-x', 'one', '-x', 'two', '-w', '0.2');
    expect(await client.ended).toBe(0);
    expect(client.text).toBe('one\ntwo\n');
  });

  it('shows one message with -1, also of a server that says nothing at once', async () => {
    // Behind a round trip: by then the client has seen the end of its input.
    server.connections$.subscribe((connection) =>
      connection.ping().subscribe(() => connection.send('first')),
    );
    const client = rxwire(server.url, '-1').end();
    expect(await client.ended).toBe(0);
    expect(client.text).toBe('first\n');
  });

  it('sends --text first, names opcodes and times, and stays for --eof-wait', async () => {
    const client = rxwire(server.url, '-t', 'a', '-v', '--timings', '--eof-wait', '0.2', '-s', 'chat').end(
      'b\n',
    );
    expect(await client.ended).toBe(0);
    expect(client.text).toMatch(/^\d+\.\d{3}: text: a\n\d+\.\d{3}: text: b\n$/);
    expect(client.stderr).toMatch(/^connected to 127\.0\.0\.1:\d+\/, subprotocol chat\nclosed with 1000\n$/);
  });

  it('traces frames with -vv, on stderr', async () => {
    const client = rxwire(server.url, '-vv').end('hi\n');
    expect(await client.ended).toBe(0);
    expect(client.stderr).toContain('sent text fin=1 rsv=0 2 bytes\n');
    expect(client.stderr).toContain('received text fin=1 rsv=0 2 bytes\n');
    expect(client.stderr).toMatch(
      /sent close fin=1 rsv=0 2 bytes\n[^]*received close fin=1 rsv=0 2 bytes\nclosed/,
    );
  });

  it('takes commands with --slash', async () => {
    const client = rxwire(server.url, '--slash').end('//x\n/close 4000 bye\n');
    expect(await client.ended).toBe(0);
    expect(client.text).toBe('/x\n');
  });

  it('sends headers and an origin', async () => {
    const seen = new Promise<string[]>((resolve) => {
      server.connections$.subscribe(({ request: { headers } }) =>
        resolve(['x-a', 'x-b', 'origin'].map((name) => headers.get(name) ?? '')),
      );
    });
    const client = rxwire(
      server.url,
      '-H',
      'X-A: 1',
      '--headers',
      'X-B: 2',
      '-o',
      server.url.replace('ws', 'http'),
    );
    client.end();
    expect(await seen).toEqual(['1', '2', server.url.replace('ws', 'http')]);
    expect(await client.ended).toBe(0);
  });

  it('exits with 1 when the server has no subprotocol in common', async () => {
    const client = rxwire(server.url, '-s', 'superchat').end();
    expect(await client.ended).toBe(1);
    expect(client.stderr).toMatch(/^rxwire: server chose no subprotocol, expected one of "superchat".*\n$/);
  });

  it('exits with 130 at SIGINT, and closes before', async () => {
    const code = new Promise((resolve) => {
      server.connections$.subscribe((connection) =>
        connection.closed$.subscribe((info) => resolve(info.code)),
      );
    });
    const client = rxwire(server.url, '-v');
    await client.says(/connected/);
    client.signal('SIGINT');
    expect(await client.ended).toBe(130);
    expect(await code).toBe(1000);
  });

  it('exits with 0 and a note when the server goes away', async () => {
    const { server: serving, url } = await rxwireServe();
    const client = rxwire(url).write('a\n');
    await client.says(/a\n/);
    serving.signal('SIGTERM');
    expect(await client.ended).toBe(0);
    expect(client.stderr).toBe('closed with 1001\n');
  });

  it('exits with 1 when the server is lost', async () => {
    server.connections$.subscribe((connection) => connection.terminate());
    const client = rxwire(server.url);
    expect(await client.ended).toBe(1);
    expect(client.stderr).toMatch(/^rxwire: connection closed: no Close frame was sent or received.*\n$/);
  });

  itNeeds(SHELL, 'is quiet when whoever reads has enough', async () => {
    server.connections$.subscribe((connection) => void flood(connection, 'x'.repeat(1000)));
    const line = `('${process.execPath}' '${MAIN}' '${server.url}' -w -1 -x start; echo "rc $?" >&2) | head -n 1`;
    const piped = new Command('sh', ['-c', line]);
    await piped.ended;
    expect(piped.text.split('\n')).toHaveLength(2);
    expect(piped.stderr).toBe('rc 0\n');
  });

  itNeeds(SHELL, 'is quiet when whoever reads has enough before all is there', async () => {
    const line = `(seq 2000 | '${process.execPath}' '${MAIN}' '${server.url}'; echo "rc $?" >&2) | head -n 1`;
    const piped = new Command('sh', ['-c', line]);
    await piped.ended;
    expect(piped.text).toBe('1\n');
    expect(piped.stderr).toBe('rc 0\n');
  });

  itNeeds(SHELL, 'refuses garbage with 2, and nothing on stdout', async () => {
    for (const args of [
      ['-Z'],
      ['--', 'ws://h', 'ws://i'],
      ['serve', '!'],
      ['-v', 'x y'],
      ['-w', 'a', '-x', 'b', 'ws://h'],
    ]) {
      const client = rxwire(...args);
      expect(await client.ended).toBe(2);
      expect(client.text).toBe('');
      expect(client.stderr).toMatch(/^rxwire: [^\n]+\n$/);
    }
  });
});

/** Sends the line for as long as it can. */
async function flood(connection: Connection, line: string): Promise<void> {
  while (connection.state === 'open') {
    connection.send(line);
    await connection.flush();
  }
}
