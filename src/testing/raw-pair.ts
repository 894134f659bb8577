import type { Connection, HeaderOptions, Role } from '../index.js';
import {
  clientSide,
  connectionOver,
  memoryPair,
  type Opening,
  openingOf,
  requestOf,
  responseOf,
  serverSide,
  type Turns,
} from './inside/index.js';
import {
  type CommonPairOptions,
  forClient,
  forServer,
  type PairClientOptions,
  type PairServerOptions,
} from './pair-options.js';
import { RawPeer } from './raw-peer.js';
import { hopOf, turnsOf } from './virtual-turns.js';
import { choppersOf, type Wire, wireBetween } from './wire.js';

/** What the side by hand says in the opening handshake. */
export interface RawPeerWords {
  /** What a client offers. Default none. */
  readonly subprotocols?: readonly string[] | undefined;
  /** What a server chooses. Default none. */
  readonly subprotocol?: string | undefined;
  /** The value of Sec-WebSocket-Extensions, such as `'permessage-deflate'`. Default none. */
  readonly extensions?: string | undefined;
  /** Further header fields. */
  readonly headers?: HeaderOptions | undefined;
}

/** How {@link rawPair} makes its two sides. `role` is what the connection plays, with the options of that. */
export type RawPairOptions<Context = undefined> = CommonPairOptions & {
  readonly peer?: RawPeerWords | undefined;
} & (
    | { readonly role: 'client'; readonly options?: PairClientOptions<Context> | undefined }
    | { readonly role: 'server'; readonly options?: PairServerOptions<Context> | undefined }
  );

/** A connection, its peer by hand, and what lies between them. */
export interface RawPair<Context = undefined> extends Wire {
  readonly connection: Connection<Context>;
  readonly peer: RawPeer;
}

/**
 * An open connection in memory whose peer is played by hand: to see how a handler, or a client, takes a peer that is hostile, slow or silent.
 * In all else as `connectionPair`.
 *
 * @throws TypeError or RangeError for wrong options; HandshakeError or NegotiationError when the two do not agree.
 * @example
 * ```ts
 * import { rawPair, VirtualTime } from 'rxwire/testing';
 *
 * const time = new VirtualTime();
 * const { connection, peer } = rawPair({ role: 'server', scheduler: time });
 * connection.closed$.subscribe(({ code, sent }) => console.log(code, sent?.code));
 * peer.send({ opcode: 9, fin: false }); // a fragmented Ping
 * time.settle();
 * peer.end();
 * time.settle();
 * // 1006 1002
 * ```
 */
export function rawPair<Context = undefined>(options: RawPairOptions<Context>): RawPair<Context> {
  const turns = options.scheduler && turnsOf(options.scheduler);
  const { profile, opening, context } =
    options.role === 'client' ? asClient(options, turns) : asServer(options, turns);
  const [near, far] = memoryPair(hopOf(turns), choppersOf(options.chop));
  const [own, other] = options.role === 'client' ? [near, far] : [far, near];
  const connection = connectionOver(own, profile, opening, context as Context);
  const peerRole: Role = options.role === 'client' ? 'server' : 'client';
  const peer = new RawPeer(other, peerRole, connection.extensions);
  return { connection, peer, ...wireBetween(near, far) };
}

interface Half {
  readonly profile: ReturnType<typeof clientSide>['profile'];
  readonly opening: Opening;
  readonly context: unknown;
}

function asClient(
  { options, target = '/', peer = {}, scheduler }: Extract<RawPairOptions<unknown>, { role: 'client' }>,
  turns: Turns | undefined,
): Half {
  const side = clientSide(forClient(options, scheduler), turns);
  const opening = openingOf(requestOf(target, side), responseOf(peer), side).client;
  return { profile: side.profile, opening, context: side.context };
}

function asServer(
  { options, target = '/', peer = {}, scheduler }: Extract<RawPairOptions<unknown>, { role: 'server' }>,
  turns: Turns | undefined,
): Half {
  const side = serverSide(forServer(options, scheduler), turns);
  const opening = openingOf(requestOf(target, peer), side).server;
  return { profile: side.profile, opening, context: options?.context };
}
