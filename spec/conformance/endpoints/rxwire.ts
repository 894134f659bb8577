import { firstValueFrom, map } from 'rxjs';
import {
  type Connection,
  type ConnectionOptions,
  openConnection,
  openServer,
  type Server,
} from '../../../src/index.js';
import { resolveConnectionOptions } from '../../../src/connection/options.js';
import { connectionProfile } from '../../../src/connection/profile.js';
import { WebSocketConnection } from '../../../src/connection/web-socket-connection.js';
import {
  answerOffers,
  confirmAnswer,
  type Extension,
  formatExtensions,
  type NegotiatedExtension,
  offerElements,
  parseExtensions,
} from '../../../src/protocol/extensions/index.js';
import { bindExtensions } from '../../../src/protocol/extensions/bound.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import type { CompressionOptions } from '../../../src/protocol/permessage-deflate/index.js';
import { memoryPair } from '../../../src/transport/memory-transport.js';
import {
  type Compression,
  type EndpointOptions,
  type Role,
  TRANSPORTS,
  type TransportName,
} from '../case.js';
import { answerTo, codecFor, offerOf } from './agreement.js';
import type { Conversation, Endpoint } from './endpoint.js';
import { streamOver } from './memory-stream.js';
import { dialByHand, ServerByHand } from './openings.js';

/** No time of its own may help an endpoint on: what does not come of itself is missing. */
const QUIET = { logger: {}, keepAlive: false, closeTimeoutMs: 60_000, dropTimeoutMs: 60_000 } as const;
const NO_HEADERS = new HeaderFields([]);

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
  const { compression } = options;
  const [near, far] = memoryPair();
  const resolved = resolveConnectionOptions(connectionOptions(options), role);
  const { extensions, answer } = agreement(role, resolved.extensions, compression);
  const connection = new WebSocketConnection({
    profile: connectionProfile(role, { ...resolved, requireMasked: true, acceptMasked: false }),
    transport: near,
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
  return conversation(connection, streamOver(far), () => codecFor(role, compression, answer));
}

/** What an opening handshake would have come to. */
function agreement(
  role: Role,
  supported: readonly Extension[],
  compression: Compression | undefined,
): { extensions: readonly NegotiatedExtension[]; answer: string | undefined } {
  if (compression === undefined) return { extensions: [], answer: undefined };
  if (role === 'client') {
    const answer = answerTo(formatExtensions(offerElements(supported)), compression);
    return { extensions: confirmAnswer(answer, supported), answer };
  }
  const offers = parseExtensions(offerOf(compression)) ?? [];
  const extensions = answerOffers(offers, supported, { headers: NO_HEADERS });
  return { extensions, answer: extensions.length === 0 ? undefined : formatExtensions(extensions) };
}

/** Echoes. */
function conversation(
  connection: Connection,
  stream: Conversation['stream'],
  agree: () => Conversation['codec'],
): Conversation {
  const codec = agreed(connection, stream, agree);
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

/** What was agreed on; if that is wrong, nothing is left of the connection. */
function agreed(
  connection: Connection,
  stream: Conversation['stream'],
  agree: () => Conversation['codec'],
): Conversation['codec'] {
  try {
    return agree();
  } catch (error) {
    connection.terminate();
    stream.destroy();
    throw error;
  }
}
