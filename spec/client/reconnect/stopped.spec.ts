import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type LinkStatus, persistent } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { afterTest, watchResources } from '../../support/harness.js';
import { until } from '../../support/turns.js';

watchResources();

describe('a server that is stopped, but not gone', () => {
  it('is noticed by keep-alive, and gets once what was held for it when it goes on', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'peer-child.cjs'), '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    afterTest(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const link = persistent(`ws://127.0.0.1:${Number(port.toString())}`, {
      logger: {},
      delays: { baseMs: 5, capMs: 20 },
      keepAlive: { intervalMs: 200, timeoutMs: 500 },
      // The system takes the connection for the server; nobody answers.
      handshakeTimeoutMs: 500,
    });
    afterTest(() => link[Symbol.asyncDispose]());
    const echoed = collect(link.messages$);
    const statuses = collect(link.status$);
    const waits = (): Extract<LinkStatus, { state: 'waiting' }>[] =>
      statuses.values.filter((status) => status.state === 'waiting');
    link.send('before');
    await until(() => echoed.values.length === 1);
    child.kill('SIGSTOP');
    await until(() => waits().length >= 2);
    expect(waits()[0]!.cause).toMatchObject({ info: { code: 1006, cause: { code: 'RXWIRE_TIMEOUT' } } });
    expect(waits()[1]!.cause).toMatchObject({ code: 'RXWIRE_HANDSHAKE_TIMEOUT' });
    expect(link.send('held')).toBe(true);
    child.kill('SIGCONT');
    await until(() => echoed.values.length >= 2);
    link.send('after');
    await until(() => echoed.values.length >= 3);
    expect(echoed.values.map(({ data }) => data)).toEqual(['before', 'held', 'after']);
  }, 30_000);
});
