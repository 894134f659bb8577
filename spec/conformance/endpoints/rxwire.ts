import { firstValueFrom, map } from 'rxjs';
import {
  type Connection,
  type ConnectionOptions,
  openConnection,
  openServer,
  type Server,
} from '../../../src/index.js';
import type { ConnectionProfile } from '../../../src/connection/profile.js';
import type { CompressionOptions } from '../../../src/protocol/permessage-deflate/index.js';
import {
  clientSide,
  connectionOver,
  memoryPair,
  type Opening,
  openingOf,
  requestOf,
  responseOf,
  serverSide,
} from '../../../src/testing/inside/index.js';
import { streamOver } from '../../support/memory-stream.js';
import {
  type Compression,
  type EndpointOptions,
  type Role,
  TRANSPORTS,
  type TransportName,
} from '../case.js';
import { agreedOn, answerTo, codecFor, offerOf } from './agreement.js';
import type { Conversation, Endpoint } from './endpoint.js';
import { dialByHand, ServerByHand } from './openings.js';

/** No time of its own may help an endpoint on: what does not come of itself is missing. */
const QUIET = { logger: {}, keepAlive: false, closeTimeoutMs: 60_000, dropTimeoutMs: 60_000 } as const;

/** This library. */
export class RxwireEndpoint implements Endpoint {
  readonly name = 'rxwire';
  readonly transports = TRANSPORTS;
  /** A server for each set of options, as JSON. */
  readonly #servers: Map<string, Server> = new Map();
  #byHand: ServerByHand | undefined;

  start(role: Role, transport: TransportName, options: EndpointOptions): Promise<Conversation> {
    if (transport === 'memory') return Promise.resolve(inMemory(role, options));
    return role === 'server' ? this.#startServer(options) : this.#startClient(options);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
    this.#servers.clear();
    await this.#byHand?.close();
    this.#byHand = undefined;
  }

  async #startServer(options: EndpointOptions): Promise<Conversation> {
    const server = await this.#serverFor(options);
    const arrival = firstValueFrom(server.connections$);
    const { socket, extensions } = await dialByHand(
      Number(new URL(server.url).port),
      offerOf(options.compression),
    );
    const connection = await arrival;
    return conversation(connection, socket, () => codecFor('server', options.compression, extensions));
  }

  async #startClient(options: EndpointOptions): Promise<Conversation> {
    this.#byHand ??= await ServerByHand.listen();
    const accepted = this.#byHand.accept((offer) => answerTo(offer, options.compression));
    const [connection, { socket, extensions }] = await Promise.all([
      openConnection(this.#byHand.url, connectionOptions(options)),
      accepted,
    ]);
    return conversation(connection, socket, () => codecFor('client', options.compression, extensions));
  }

  async #serverFor(options: EndpointOptions): Promise<Server> {
    const key = JSON.stringify(options);
    const running = this.#servers.get(key);
    if (running !== undefined) return running;
    const server = await openServer({ host: '127.0.0.1', ...connectionOptions(options) });
    this.#servers.set(key, server);
    return server;
  }
}

function connectionOptions(options: EndpointOptions): ConnectionOptions {
  const { maxMessageBytes, maxFragments, fragmentBytes, compression } = options;
  return {
    ...QUIET,
    compression: compression !== undefined && compressionOf(compression),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(maxFragments !== undefined && { maxFragments }),
    ...(fragmentBytes !== undefined && { fragmentBytes }),
  };
}

function compressionOf({ preset }: Compression): CompressionOptions {
  return preset === undefined ? { preset: 'large', thresholdBytes: 0 } : { preset };
}

function inMemory(role: Role, options: EndpointOptions): Conversation {
  const [near, far] = memoryPair();
  const { profile, opening } = role === 'client' ? clientInMemory(options) : serverInMemory(options);
  const connection = connectionOver(near, profile, opening, undefined);
  const answer = opening.response.get('sec-websocket-extensions');
  return conversation(connection, streamOver(far), () => codecFor(role, options.compression, answer));
}

function clientInMemory(options: EndpointOptions): Half {
  const side = clientSide(connectionOptions(options));
  const request = requestOf('/', side);
  const extensions =
    options.compression && answerTo(request.headers.get('sec-websocket-extensions'), options.compression);
  return { profile: side.profile, opening: openingOf(request, responseOf({ extensions }), side).client };
}

function serverInMemory(options: EndpointOptions): Half {
  const side = serverSide(connectionOptions(options));
  const request = requestOf('/', { extensions: offerOf(options.compression) });
  return { profile: side.profile, opening: openingOf(request, side).server };
}

interface Half {
  readonly profile: ConnectionProfile;
  readonly opening: Opening;
}

/** Echoes. */
function conversation(
  connection: Connection,
  stream: Conversation['stream'],
  agree: () => Conversation['codec'],
): Conversation {
  const codec = agreedOn(connection, stream, agree);
  let delivered = 0;
  connection.messages$.subscribe((message) => {
    delivered++;
    connection.send(message);
  });
  return {
    stream,
    codec,
    delivered: () => delivered,
    told: firstValueFrom(connection.closed$.pipe(map(({ code }) => code))),
    close: (code, reason) => void connection.close(code, reason),
    release: () => {
      connection.terminate();
      stream.destroy();
      codec?.close();
    },
  };
}
