import type { Http2Session } from 'node:http2';
import type net from 'node:net';
import { attach, type AttachOptions, type Server } from '../../src/index.js';
import { afterTest } from '../support/harness.js';

export type AnyServer = Parameters<typeof attach>[0];

/** A server that listens until the end of the test. */
export async function bound<S extends AnyServer>(server: S): Promise<{ server: S; url: string }> {
  // A server of HTTP/2 is closed when its sessions are.
  const sessions = new Set<Http2Session>();
  server.on('session', (session: Http2Session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    for (const session of sessions) session.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { server, url: `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}` };
}

/** An endpoint that says what it is to everybody. */
export function endpoint(server: AnyServer, name: string, options: AttachOptions = {}): Server {
  const attached = attach(server, { logger: {}, ...options });
  attached.connections$.subscribe((connection) => connection.send(name));
  afterTest(() => {
    for (const connection of attached.connections) connection.terminate();
    return attached.close();
  });
  return attached;
}
