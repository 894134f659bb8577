import { firstValueFrom } from 'rxjs';
import { openConnection, openServer } from 'rxwire';
import { run } from '../../src/cli/run.js';
import { FakeTerminal } from '../support/fake-terminal.js';

const LONG = 'the same word again and again, '.repeat(40);

describe('rxwire serve', () => {
  const ending: (() => Promise<unknown>)[] = [];
  afterEach(() => Promise.all(ending.splice(0).map((end) => end())));

  async function serving(...args: string[]): Promise<string> {
    const terminal = new FakeTerminal();
    const code = run(['serve', '--port', '0', ...args], terminal);
    ending.push(() => {
      terminal.signals$.next('SIGTERM');
      return code;
    });
    const [, url = ''] = await terminal.says(/^listening on (.*)\n$/);
    return url;
  }

  it('compresses nothing by itself', async () => {
    await using connection = await openConnection(await serving());
    expect(connection.extensions).toEqual([]);
  });

  it('compresses with --compress, for those who offer it', async () => {
    const url = await serving('--compress');
    await using offering = await openConnection(url);
    await using other = await openConnection(url, { compression: false });
    expect(offering.extensions).toEqual(['permessage-deflate']);
    expect(other.extensions).toEqual([]);
    const rsv: number[] = [];
    offering.frames$.subscribe((frame) => void rsv.push(frame.rsv));
    for (const connection of [offering, other]) {
      connection.send(LONG);
      expect(await firstValueFrom(connection.messages$)).toEqual({ type: 'text', data: LONG });
    }
    expect(rsv).toEqual([4]);
  });

  it('counts octets as they are when inflated against --max-message', async () => {
    await using connection = await openConnection(await serving('--compress', '--max-message', '1KiB'));
    connection.send(LONG);
    expect(await firstValueFrom(connection.closed$)).toMatchObject({ code: 1009 });
  });

  it.each([
    ['--broadcast', 'text', LONG],
    ['--chat', 'text', `guest1: ${LONG}`],
  ])('%s reaches those with compression and those without', async (mode, type, data) => {
    const url = await serving('--compress', mode);
    await using sender = await openConnection(url);
    await using compressed = await openConnection(url);
    await using plain = await openConnection(url, { compression: false });
    const rsv: number[] = [];
    compressed.frames$.subscribe((frame) => void rsv.push(frame.rsv));
    for (let i = 0; i < 3; i++) {
      sender.send(LONG);
      for (const listener of [compressed, plain]) {
        expect(await firstValueFrom(listener.messages$)).toEqual({ type, data });
      }
    }
    expect(rsv).toEqual([4, 4, 4]);
  });
});

describe('rxwire <url>', () => {
  async function told(...args: string[]): Promise<string> {
    await using server = await openServer({ host: '127.0.0.1', compression: true, subprotocols: ['chat'] });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const terminal = new FakeTerminal();
    const code = run([server.url, ...args], terminal);
    terminal.stdin.end(`${LONG}\n`);
    expect(await code).toBe(0);
    expect(terminal.stdout.text).toContain(`${LONG}\n`);
    return terminal.stderr.text;
  }

  it('says with -v what was agreed on', async () => {
    expect(await told('-v', '-s', 'chat')).toMatch(
      /^connected to \S+\/, subprotocol chat, extensions permessage-deflate; server_max_window_bits=12; client_max_window_bits=12\n/,
    );
  });

  it('sends and takes compressed frames unless told not to', async () => {
    const compressed = await told('-vv');
    expect(compressed).toMatch(/^sent text fin=1 rsv=4 \d+ bytes$/m);
    expect(compressed).toMatch(/^received text fin=1 rsv=4 \d+ bytes$/m);
    expect(await told('-vv', '--compress')).toMatch(/^sent text fin=1 rsv=4 /m);

    const plain = await told('-vv', '--no-compress');
    expect(plain).toMatch(/^connected to \S+\/\n/);
    expect(plain).toContain(`sent text fin=1 rsv=0 ${String(LONG.length)} bytes\n`);
    expect(plain).not.toContain('rsv=4');
  });
});
