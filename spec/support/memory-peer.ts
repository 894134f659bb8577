import { Duplex } from 'node:stream';
import type { ClientOptions, Connection, ServerOptions } from '../../src/index.js';
import { type ConnectionProfile, connectionProfile } from '../../src/connection/profile.js';
import { resolveConnectionOptions } from '../../src/connection/options.js';
import { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { HeaderFields } from '../../src/protocol/handshake/header-fields.js';
import { bindExtensions } from '../../src/protocol/extensions/bound.js';
import type { NegotiatedExtension } from '../../src/protocol/extensions/extension.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import type { Transport } from '../../src/transport/transport.js';
import { afterTest, owned } from './harness.js';
import { RawPeer } from './raw-peer.js';

/** Options of either role, as far as they are a connection's. */
export type AnyOptions = Pick<ServerOptions, 'requireMasked'> &
  Pick<ClientOptions, 'acceptMasked' | 'maskingKey'> & {
    [
      Name in Exclude<
        keyof ServerOptions & keyof ClientOptions,
        'tls' | 'subprotocols' | 'noDelay' | 'handshakeTimeoutMs'
      >
    ]?: ServerOptions[Name];
  };

const NO_HEADERS = new HeaderFields([]);

/** What connections of one server have in common. */
export function profileOf(role: 'client' | 'server', options: AnyOptions = {}): ConnectionProfile {
  const { requireMasked = true, acceptMasked = false, maskingKey, ...rest } = { logger: {}, ...options };
  return connectionProfile(role, {
    ...resolveConnectionOptions(rest, role),
    requireMasked,
    acceptMasked,
    maskingKey,
  });
}

/** A connection over `transport` that is open and reads. */
export function connectionOver(
  role: 'client' | 'server',
  transport: Transport,
  options: AnyOptions = {},
  profile: ConnectionProfile = profileOf(role, options),
  extensions: readonly NegotiatedExtension[] = [],
): WebSocketConnection {
  const connection = new WebSocketConnection({
    profile,
    transport,
    extensions: bindExtensions(extensions),
    handshake: {
      request: { method: 'GET', target: '/', headers: NO_HEADERS },
      response: { status: 101, headers: NO_HEADERS },
      subprotocol: undefined,
      extensions: extensions.map(({ name }) => name),
    },
    context: undefined,
  });
  connection.start();
  owned(connection as Connection);
  return connection;
}

/** One end of a memory pair as a stream, for a {@link RawPeer}. Paused by `pause()`, it stops taking. */
function streamOver(transport: Transport): Duplex {
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => {
      transport.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      transport.write(chunk);
      done();
    },
    final: (done) => {
      transport.end();
      done();
    },
    destroy: (_error, done) => {
      transport.destroy();
      done(null);
    },
  });
  transport.listen({ onDrain: () => undefined, onClose: () => stream.destroy() });
  const subscription = transport.bytes$.subscribe({
    next: (chunk) => {
      if (!stream.push(chunk)) transport.pause();
    },
    complete: () => void stream.push(null),
  });
  afterTest(() => {
    subscription.unsubscribe();
  });
  return stream;
}

/** A connection of `role` in memory, and its peer by hand: chunks arrive as they were written, each in its own turn. */
export function memoryPeer(
  role: 'client' | 'server',
  options: AnyOptions = {},
  extensions: readonly NegotiatedExtension[] = [],
): { connection: WebSocketConnection; peer: RawPeer; transport: Transport } {
  const [near, far] = memoryPair();
  const connection = connectionOver(role, near, options, undefined, extensions);
  const peer = new RawPeer(streamOver(far), role === 'client' ? 'server' : 'client', true);
  return { connection, peer, transport: near };
}

/** Two connections that are each other's peer, in memory. */
export function memoryConnections(
  clientOptions: AnyOptions = {},
  serverOptions: AnyOptions = clientOptions,
): { client: WebSocketConnection; server: WebSocketConnection } {
  const [near, far] = memoryPair();
  return {
    client: connectionOver('client', near, clientOptions),
    server: connectionOver('server', far, serverOptions),
  };
}
