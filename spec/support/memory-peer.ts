import type { ClientOptions, Connection, ServerOptions } from '../../src/index.js';
import { type ConnectionProfile, connectionProfile } from '../../src/connection/profile.js';
import { resolveConnectionOptions } from '../../src/connection/options.js';
import type { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { HeaderFields } from '../../src/protocol/handshake/header-fields.js';
import type { NegotiatedExtension } from '../../src/protocol/extensions/extension.js';
import { connectionPair, type PairClientOptions, type PairServerOptions } from '../../src/testing/index.js';
import { connectionOver as openOver } from '../../src/testing/inside/index.js';
import { memoryPair } from '../../src/transport/memory-transport.js';
import type { Transport } from '../../src/transport/transport.js';
import { owned } from './harness.js';
import { streamOver } from './memory-stream.js';
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
  const connection = openOver(
    transport,
    profile,
    {
      request: { target: '/', headers: NO_HEADERS },
      response: NO_HEADERS,
      subprotocol: undefined,
      extensions,
    },
    undefined,
  );
  owned(connection as Connection);
  return connection;
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
  peer.stream.resume();
  return { connection, peer, transport: near };
}

/** Two connections that are each other's peer, in memory, and that are destroyed after the test. */
export function memoryConnections(
  clientOptions: PairClientOptions = {},
  serverOptions: PairServerOptions = clientOptions,
): { client: Connection; server: Connection } {
  const { client, server } = connectionPair({
    client: { logger: {}, keepAlive: true, ...clientOptions },
    server: { logger: {}, keepAlive: true, ...serverOptions },
  });
  return { client: owned(client), server: owned(server) };
}
