import { firstValueFrom } from 'rxjs';
import { openServer, type Server } from 'rxwire';
import { run } from '../../src/cli/run.js';
import { FakeTerminal } from '../support/fake-terminal.js';
import { turns } from '../support/turns.js';

describe('rxwire <url>', () => {
  let server: Server;
  beforeEach(async () => {
    server = await openServer({ host: '127.0.0.1' });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  });
  afterEach(() => server.close());

  it('shows what somebody types and gets, with a prompt, and ends at Ctrl+D', async () => {
    const terminal = new FakeTerminal(true);
    const code = run([server.url, '--slash', '-P'], terminal);
    await terminal.says(/connected to 127/);
    terminal.stdin.write('hello\r');
    await terminal.says('\x1b[34m< hello\x1b[39m\n');
    terminal.stdin.write('/ping abc\r');
    await terminal.says(/pong after [\d.]+ ms\n/);
    await terminal.says(/received pong "abc"\n/);
    terminal.stdin.write('\x04');
    expect(await code).toBe(0);
    expect(terminal.stderr.text).toContain('closed with 1000\n');
  });

  it('ends with 130 at Ctrl+C, typed or sent', async () => {
    const typed = new FakeTerminal(true);
    const code = run([server.url], typed);
    await typed.says(/connected/);
    typed.stdin.write('\x03');
    expect(await code).toBe(130);
    const sent = new FakeTerminal();
    const other = run([server.url, '-v'], sent);
    await sent.says(/connected/);
    sent.signals$.next('SIGTERM');
    expect(await other).toBe(143);
  });

  it('holds the server back while stdout has enough, and loses nothing', async () => {
    const terminal = new FakeTerminal();
    terminal.stdout.removeAllListeners('data');
    terminal.stdout.pause();
    let sent = 0;
    server.connections$.subscribe((connection) => {
      void (async () => {
        while (sent < 64 && connection.state === 'open') {
          connection.send(Buffer.alloc(1024 * 1024, ++sent));
          await connection.flush();
        }
        connection.close();
      })();
    });
    const opened = firstValueFrom(server.connections$);
    const code = run([server.url], terminal);
    await opened;
    // Both sides are in this process: where nothing moves for so many turns, nothing will.
    for (let before = -1; before !== sent;) {
      before = sent;
      await turns(100);
    }
    // What the sockets of this machine take; the rest waits at the server.
    expect(sent).toBeLessThan(32);

    let taken = 0;
    for await (const chunk of terminal.stdout) {
      taken += (chunk as Buffer).length;
      if (taken === 64 * 1024 * 1024) break;
    }
    expect(await code).toBe(0);
    expect(sent).toBe(64);
  });

  it('shows what the server still sends after /close, however slow stdout is', async () => {
    const terminal = new FakeTerminal();
    terminal.stdout.removeAllListeners('data');
    terminal.stdout.pause();
    const line = 'x'.repeat(1023);
    server.connections$.subscribe((connection) => {
      connection.messages$.subscribe(() => {
        for (let i = 0; i < 2000; i++) connection.send(line);
      });
    });
    const code = run([server.url, '--slash'], terminal);
    terminal.stdin.write('go\n/close 4000 enough\n');
    const opened = await firstValueFrom(server.connections$);
    await firstValueFrom(opened.closed$);
    await turns();
    let taken = 0;
    for await (const chunk of terminal.stdout) {
      taken += (chunk as Buffer).length;
      if (taken === 'go\n'.length + 2000 * 1024) break;
    }
    expect(await code).toBe(0);
    expect(terminal.stderr.text).toBe('');
  });

  it('ends with 130 at Ctrl+C, though stdout takes nothing', async () => {
    const terminal = new FakeTerminal();
    terminal.stdout.removeAllListeners('data');
    terminal.stdout.pause();
    const opened = firstValueFrom(server.connections$);
    const code = run([server.url], terminal);
    const connection = await opened;
    for (let i = 0; i < 2000; i++) connection.send('x'.repeat(1023));
    await turns(100);
    terminal.signals$.next('SIGINT');
    expect(await code).toBe(130);
  });

  it('ends quietly when nobody reads stdout', async () => {
    const terminal = new FakeTerminal();
    const code = run([server.url], terminal);
    terminal.stdin.write('a\n');
    await terminal.says(/a\n/);
    terminal.stdout.destroy(new Error('EPIPE'));
    expect(await code).toBe(0);
    expect(terminal.stderr.text).toBe('');
  });

  it('ends with 1 when stdout cannot be written for another reason', async () => {
    const terminal = new FakeTerminal();
    const code = run([server.url], terminal);
    terminal.stdin.write('a\n');
    await terminal.says(/a\n/);
    terminal.stdout.destroy(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    expect(await code).toBe(1);
    expect(terminal.stderr.text).toBe('rxwire: stdout cannot be written (ENOSPC)\n');
  });

  it('ends with 1 and the code when the server closes with another than 1000', async () => {
    const terminal = new FakeTerminal();
    const code = run([server.url], terminal);
    server.connections$.subscribe((connection) => connection.close(4001, 'no\x1b[2J'));
    expect(await code).toBe(1);
    expect(terminal.stderr.text).toBe(
      'rxwire: connection closed: received 4001 (no\\x1b[2J); then sent 4001 (no\\x1b[2J)\n',
    );
  });

  it('ends with 1 when a line of stdin cannot be sent', async () => {
    const terminal = new FakeTerminal();
    const code = run([server.url], terminal);
    terminal.stdin.write(Uint8Array.of(0xff, 10));
    expect(await code).toBe(1);
    expect(terminal.stderr.text).toContain('line 1 of stdin is not UTF-8');
  });

  it('stops dialling at a signal', async () => {
    const terminal = new FakeTerminal();
    const code = run(['ws://192.0.2.1:9'], terminal);
    terminal.signals$.next('SIGINT');
    expect(await code).toBe(130);
  });
});
