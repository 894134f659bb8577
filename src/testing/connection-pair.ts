import type { Connection } from '../index.js';
import { clientSide, connectionOver, memoryPair, openingOf, requestOf, serverSide } from './inside/index.js';
import {
  type CommonPairOptions,
  forClient,
  forServer,
  type PairClientOptions,
  type PairServerOptions,
} from './pair-options.js';
import { hopOf, turnsOf } from './virtual-turns.js';
import { choppersOf, type Wire, wireBetween } from './wire.js';

/** How {@link connectionPair} makes its two sides. */
export interface ConnectionPairOptions<
  ClientContext = undefined,
  ServerContext = undefined,
> extends CommonPairOptions {
  readonly client?: PairClientOptions<ClientContext> | undefined;
  readonly server?: PairServerOptions<ServerContext> | undefined;
}

/** Two open connections that are each other's peer, and what lies between them. */
export interface ConnectionPair<ClientContext = undefined, ServerContext = undefined> extends Wire {
  readonly client: Connection<ClientContext>;
  readonly server: Connection<ServerContext>;
}

/**
 * Two connections that are each other's peer, in memory: no sockets, and no bytes of HTTP, but an opening handshake that is judged as any
 * other, so subprotocols, headers, origins and extensions (`compression` too) are those that both options come to.
 *
 * With a `scheduler` all that happens later happens on it: timers, and the hops between turns. On a `VirtualTime` nothing moves before
 * `settle`, `pass` or `jump`, and then all of it does at once. Without one the two run on Node's event loop, and leave nothing behind
 * once they are closed.
 *
 * Other than elsewhere, keep-alive is off where the option is not given, and a client masks with one known key.
 *
 * @throws TypeError or RangeError for wrong options; HandshakeError or NegotiationError when the two do not agree.
 * @example
 * ```ts
 * import { connectionPair, VirtualTime } from 'rxwire/testing';
 *
 * const time = new VirtualTime();
 * const { client, server } = connectionPair({ scheduler: time, server: { compression: true } });
 * server.messages$.subscribe(server.outbox); // what is tested: an echo
 * client.messages$.subscribe(({ data }) => console.log(data));
 * client.send('hello');
 * time.settle();
 * // hello
 * ```
 */
export function connectionPair<ClientContext = undefined, ServerContext = undefined>(
  options: ConnectionPairOptions<ClientContext, ServerContext> = {},
): ConnectionPair<ClientContext, ServerContext> {
  const { scheduler, target = '/' } = options;
  const turns = scheduler && turnsOf(scheduler);
  const clientOptions = clientSide(forClient(options.client, scheduler), turns);
  const serverOptions = serverSide(forServer(options.server, scheduler), turns);
  const opening = openingOf(requestOf(target, clientOptions), serverOptions, clientOptions);
  const [near, far] = memoryPair(hopOf(turns), choppersOf(options.chop));
  return {
    client: connectionOver(near, clientOptions.profile, opening.client, clientOptions.context),
    server: connectionOver(
      far,
      serverOptions.profile,
      opening.server,
      options.server?.context as ServerContext,
    ),
    ...wireBetween(near, far),
  };
}
