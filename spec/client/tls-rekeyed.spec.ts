import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { Command, endCommands } from '../support/command.js';
import { afterTest, ended, owned, watchResources } from '../support/harness.js';
import { acceptHead } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { TEXT } from '../support/wire-frames.js';
import { wireFrame } from '../../src/testing/index.js';

watchResources();

/** How often the keys change. */
const TIMES = 300;

/** The command openssl as a server, which says what a line of its standard input has, but for lines that are commands to it. */
async function opensslServer(
  ...flags: readonly string[]
): Promise<{ ca: string; port: number; server: Command }> {
  const { cert, key } = selfSigned();
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-s_server-'));
  afterTest(() => {
    rmSync(folder, { recursive: true });
  });
  const paths = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(paths.cert, cert);
  writeFileSync(paths.key, key);
  const files = ['-cert', paths.cert, '-key', paths.key];
  const server = new Command('openssl', ['s_server', '-accept', '127.0.0.1:0', ...files, ...flags]);
  afterTest(endCommands);
  const [, port] = await server.says(/^ACCEPT 127\.0\.0\.1:(\d+)/m);
  return { ca: cert, port: Number(port), server };
}

describeNeeds(opensslNeed(), 'a server that changes its keys while it is open', () => {
  it.each([
    ['in TLS 1.3, and wants the client to', '-tls1_3', 'K'],
    ['in TLS 1.2, by handshakes of their own', '-tls1_2', 'r'],
  ])('%s, is understood', async (_name, version, command) => {
    const { ca, port, server } = await opensslServer(version);
    const keys: string[] = [];
    const opening = openConnection(`wss://127.0.0.1:${port}`, {
      tls: { ca },
      logger: {},
      keepAlive: false,
      compression: false,
      maskingKey: () => new Uint8Array(4),
      keyLog: (line) => keys.push(String(line)),
    });
    const [head] = await server.says(/^GET [^]*?\r?\n\r?\n/m);
    server.write(acceptHead(head));
    const connection = owned(await opening);
    const seen = collect(connection.messages$);
    const frame = wireFrame({ opcode: TEXT, payload: 'a' });
    for (let i = 1; i <= TIMES; i++) {
      server.write(`${command}\n`);
      // It looks at its standard input before the network, and takes one command of what it reads at once.
      connection.send(`number ${i};`);
      await until(() => server.text.includes(`number ${i};`), 'it has read its standard input');
      server.write(frame);
      await until(() => seen.values.length === i, 'a message comes');
    }
    expect(new Set(seen.values.map(({ data }) => data))).toEqual(new Set(['a']));
    // One each time, or one for each side.
    expect(keys.length).toBeGreaterThan(TIMES);
    server.signal('SIGKILL');
    expect(await ended(connection)).toMatchObject({ code: 1006, initiator: 'transport' });
  });
});
