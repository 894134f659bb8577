import { openServer, type Server } from 'rxwire';
import { endCommands, PSEUDO_TERMINAL, rxwireOnTerminal } from '../support/command.js';
import { describeNeeds } from '../support/skip.js';

describeNeeds(PSEUDO_TERMINAL, 'rxwire on a terminal', () => {
  let server: Server;
  beforeEach(async () => {
    server = await openServer({ host: '127.0.0.1' });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  });
  afterEach(async () => {
    await endCommands();
    await server.close({ graceMs: 100 });
  });

  it('prompts, shows in blue what comes, and ends at Ctrl+D', async () => {
    const client = rxwireOnTerminal([server.url], { NO_COLOR: '' });
    await client.says(/connected to [^]*> /);
    client.write('hello\n');
    await client.says('\x1b[34m< hello\x1b[39m\r\n');
    client.write('\x04');
    expect(await client.ended).toBe(0);
    expect(client.text).toContain('closed with 1000');
  });

  it('shows escaped what a server would do to the terminal', async () => {
    server.connections$.subscribe((connection) => connection.send('\x1b]0;owned\x07\r\x9b\u202e'));
    const client = rxwireOnTerminal(['--no-color', server.url]);
    await client.says(/< \\x1b\]0;owned\\x07\\r\\x9b\\u202e\r\n/);
    client.write('\x03');
    expect(await client.ended).toBe(130);
  });

  it('has neither prompt nor colours with --raw, and escapes nevertheless', async () => {
    server.connections$.subscribe((connection) => {
      connection.send('\x1b[2J');
      connection.close();
    });
    const client = rxwireOnTerminal(['--raw', server.url]);
    expect(await client.ended).toBe(0);
    expect(client.text).toBe('\\x1b[2J\r\n');
  });

  it('shows no colours where NO_COLOR asks for none', async () => {
    server.connections$.subscribe((connection) => connection.send(Uint8Array.of(1, 2)));
    const client = rxwireOnTerminal([server.url], { NO_COLOR: '1' });
    await client.says('\x1b[0J< 01 02 (2 bytes)\r\n');
    client.write('\x04');
    expect(await client.ended).toBe(0);
  });

  it('serves until Ctrl+C, and exits with 0', async () => {
    const serving = rxwireOnTerminal(['serve', '--port', '0']);
    await serving.says(/^listening on ws:\S+\r\n[^]*Ctrl\+C/);
    serving.write('\x03');
    expect(await serving.ended).toBe(0);
  });
});
