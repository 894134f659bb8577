import net from 'node:net';
import { dial, type DialOptions } from '../../src/transport/dial.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { afterTest, startServer, watchResources } from '../support/harness.js';
import { itNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { unixPath } from '../support/unix-path.js';

watchResources();

const plain: DialOptions = {
  hostname: '127.0.0.1',
  port: 0,
  unixPath: undefined,
  noDelay: true,
  tls: undefined,
};

function dialed(options: DialOptions): { dialing: ReturnType<typeof dial>; outcome: Promise<string> } {
  const dialing = dial(options);
  afterTest(() => dialing.socket.destroy());
  const outcome = new Promise<string>((resolve) => {
    dialing.socket.on(options.tls === undefined ? 'connect' : 'secureConnect', () => resolve('connected'));
    dialing.socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  return { dialing, outcome };
}

describe('dial', () => {
  it('connects to an address, and begins in the phase tcp', async () => {
    const { address } = await startServer();
    const { dialing, outcome } = dialed({ ...plain, port: (address as net.AddressInfo).port });
    expect(dialing.phase()).toBe('tcp');
    expect(await outcome).toBe('connected');
    expect(dialing.phase()).toBe('tcp');
  });

  it('looks a name up first', async () => {
    const { address } = await startServer();
    const { dialing, outcome } = dialed({
      ...plain,
      hostname: 'localhost',
      port: (address as net.AddressInfo).port,
    });
    expect(dialing.phase()).toBe('dns');
    expect(await outcome).toBe('connected');
    expect(dialing.phase()).toBe('tcp');
  });

  it('connects to a Unix socket', async () => {
    const path = unixPath();
    await startServer({ unixPath: path });
    const { dialing, outcome } = dialed({ ...plain, unixPath: path });
    expect(dialing.phase()).toBe('tcp');
    expect(await outcome).toBe('connected');
  });

  it('says what refused it', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await dialed({ ...plain, port }).outcome).toBe('ECONNREFUSED');
    expect(await dialed({ ...plain, unixPath: unixPath('nobody.sock') }).outcome).toBe('ENOENT');
  });

  itNeeds(opensslNeed(), 'goes through the phase tls, offers http/1.1 and the name of the host', async () => {
    const certificate = selfSigned();
    const names: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      names.push(name);
      done(null);
    };
    const { address } = await startServer({ tls: { ...certificate, SNICallback } });
    const { port } = address as net.AddressInfo;
    const { dialing, outcome } = dialed({
      ...plain,
      hostname: 'localhost',
      port,
      tls: { ca: certificate.cert },
    });
    expect(await outcome).toBe('connected');
    expect(dialing.phase()).toBe('tls');
    expect(dialing.socket).toHaveProperty('alpnProtocol', 'http/1.1');
    expect(names).toEqual(['localhost']);
    const byAddress = dialed({ ...plain, port, tls: { ca: certificate.cert } });
    expect(await byAddress.outcome).toBe('connected');
    expect(names).toHaveLength(1);
    const untrusted = dialed({ ...plain, port, tls: {} });
    expect(await untrusted.outcome).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    await until(() => untrusted.dialing.socket.destroyed);
    expect(untrusted.dialing.phase()).toBe('tls');
  });
});
