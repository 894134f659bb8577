import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterTest } from './harness.js';
import { until } from './turns.js';

/** What a proxy by hand does with a client's first words: those up to an empty line, or for SOCKS whatever has come. */
export type Behaviour = (client: net.Socket, words: Buffer, proxy: RawProxy) => void;

/** A proxy by hand, on 127.0.0.1 until the end of the test. */
export interface RawProxy {
  readonly port: number;
  /** What each client said first. */
  readonly heads: string[];
  /** All that came from clients, in chunks. */
  readonly received: Buffer[];
  readonly clients: net.Socket[];
  /** Resolves when every client has gone. */
  whenAlone(): Promise<void>;
}

/** How a proxy by hand is spoken to. */
export interface RawProxySettings {
  /** With it the proxy is spoken to over TLS. */
  readonly tls?: tls.TlsOptions;
  /** Whether `behave` gets what comes first, and not a head. */
  readonly socks?: boolean;
}

/** Starts a proxy that does what it is told, be it a lie. */
export async function rawProxy(behave: Behaviour, settings: RawProxySettings = {}): Promise<RawProxy> {
  const clients: net.Socket[] = [];
  const heads: string[] = [];
  const received: Buffer[] = [];
  const onClient = (client: net.Socket): void => {
    clients.push(client);
    let head = Buffer.alloc(0);
    client.on('data', (chunk) => received.push(chunk));
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      if (settings.socks !== true && !head.includes('\r\n\r\n')) return;
      client.off('data', onData);
      heads.push(head.toString('latin1'));
      behave(client, head, proxy);
    };
    client.on('data', onData);
    client.on('error', () => undefined);
  };
  const server =
    settings.tls === undefined
      ? net.createServer({ noDelay: true }, onClient)
      : tls.createServer(settings.tls, onClient).on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(
    () =>
      new Promise<void>((resolve) => {
        for (const client of clients) client.destroy();
        server.close(() => {
          resolve();
        });
      }),
  );
  const proxy: RawProxy = {
    port: (server.address() as AddressInfo).port,
    heads,
    received,
    clients,
    whenAlone: () => until(() => clients.every((client) => client.closed), 'every client has gone'),
  };
  return proxy;
}

/** Joins `client` to a server on 127.0.0.1, as a proxy does; `first` is written to the client before, and `behind` to the server. */
export function forward(client: net.Socket, port: number, first: string | Buffer, behind?: Buffer): void {
  const server = net.connect({ host: '127.0.0.1', port, noDelay: true }, () => {
    client.write(typeof first === 'string' ? Buffer.from(first, 'latin1') : first);
    if (behind !== undefined) server.write(behind);
    client.pipe(server);
    server.pipe(client);
  });
  server.on('error', () => client.destroy());
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
  afterTest(() => server.destroy());
}

/** The port that a CONNECT asks for. */
export function portOf(head: Buffer): number {
  return Number(/^CONNECT \S+:(\d+) HTTP/.exec(head.toString('latin1'))?.[1]);
}

/** A proxy that does what it is asked. */
export function honest(answer = 'HTTP/1.1 200 Connection established\r\n\r\n'): Behaviour {
  return (client, head) => {
    forward(client, portOf(head), answer);
  };
}
