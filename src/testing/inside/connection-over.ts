import type { ConnectionProfile } from '../../connection/profile.js';
import { WebSocketConnection } from '../../connection/web-socket-connection.js';
import { bindExtensions } from '../../protocol/extensions/bound.js';
import type { Transport } from '../../transport/transport.js';
import type { Opening } from './opening.js';

/** A connection that is open and reads. */
export function connectionOver<Context>(
  transport: Transport,
  profile: ConnectionProfile,
  { request, response, subprotocol, extensions }: Opening,
  context: Context,
): WebSocketConnection<Context> {
  const connection = new WebSocketConnection({
    profile,
    transport,
    extensions: bindExtensions(extensions),
    handshake: {
      request: { method: 'GET', ...request },
      response: { status: 101, headers: response },
      subprotocol,
      extensions: extensions.map(({ name }) => name),
    },
    context,
  });
  connection.start();
  return connection;
}
