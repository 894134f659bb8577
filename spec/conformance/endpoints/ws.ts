import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import WebSocket, { type RawData, WebSocketServer } from 'ws';
import type { EndpointOptions, Role, TransportName } from '../case.js';
import { agreedOn, answerTo, codecFor, offerOf } from './agreement.js';
import type { Conversation, Endpoint } from './endpoint.js';
import { dialByHand, ServerByHand } from './openings.js';

const MIB = 1024 * 1024;

/** The library `ws`, with the limits that this library has by default. */
export class WsEndpoint implements Endpoint {
  readonly name = 'ws';
  readonly transports: readonly TransportName[] = ['socket'];
  readonly #servers: Map<string, WebSocketServer> = new Map();
  #byHand: ServerByHand | undefined;

  start(role: Role, _transport: TransportName, options: EndpointOptions): Promise<Conversation> {
    return role === 'server' ? this.#startServer(options) : this.#startClient(options);
  }

  async stop(): Promise<void> {
    const closing = [...this.#servers.values()].map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
        }),
    );
    await Promise.all(closing);
    this.#servers.clear();
    await this.#byHand?.close();
    this.#byHand = undefined;
  }

  async #startServer(options: EndpointOptions): Promise<Conversation> {
    const server = await this.#serverFor(options);
    const arrival = once(server, 'connection') as Promise<[WebSocket]>;
    const { port } = server.address() as AddressInfo;
    const { socket, extensions } = await dialByHand(port, offerOf(options.compression));
    const [connection] = await arrival;
    return conversation(connection, options, socket, () =>
      codecFor('server', options.compression, extensions),
    );
  }

  async #startClient(options: EndpointOptions): Promise<Conversation> {
    this.#byHand ??= await ServerByHand.listen();
    const accepted = this.#byHand.accept((offer) => answerTo(offer, options.compression));
    const connection = new WebSocket(this.#byHand.url, wsOptions(options));
    const [, { socket, extensions }] = await Promise.all([once(connection, 'open'), accepted]);
    return conversation(connection, options, socket, () =>
      codecFor('client', options.compression, extensions),
    );
  }

  async #serverFor(options: EndpointOptions): Promise<WebSocketServer> {
    const key = JSON.stringify(options);
    const running = this.#servers.get(key);
    if (running !== undefined) return running;
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...wsOptions(options) });
    await once(server, 'listening');
    this.#servers.set(key, server);
    return server;
  }
}

function wsOptions({
  maxMessageBytes = MIB,
  maxFragments = 131072,
  compression,
}: EndpointOptions): WebSocket.ClientOptions {
  const options = {
    maxPayload: maxMessageBytes,
    maxFragments,
    maxBufferedChunks: 0,
    perMessageDeflate: false as const,
  };
  return compression === undefined ? options : { ...options, perMessageDeflate: { threshold: 0 } };
}

/** Echoes. */
function conversation(
  connection: WebSocket,
  { fragmentBytes = Infinity }: EndpointOptions,
  stream: Conversation['stream'],
  agree: () => Conversation['codec'],
): Conversation {
  const codec = agreedOn(connection, stream, agree);
  let delivered = 0;
  connection.on('message', (data: RawData, binary) => {
    delivered++;
    const bytes = data as Buffer;
    for (let at = 0; at === 0 || at < bytes.length; at += fragmentBytes) {
      connection.send(bytes.subarray(at, at + fragmentBytes), {
        binary,
        fin: at + fragmentBytes >= bytes.length,
      });
    }
  });
  // What a peer does is an error here; how it ended is told all the same.
  connection.on('error', () => undefined);
  return {
    stream,
    codec,
    delivered: () => delivered,
    told: new Promise((resolve) => connection.once('close', resolve)),
    close: (code, reason) => {
      connection.close(code, reason);
    },
    release: () => {
      connection.terminate();
      stream.destroy();
      codec?.close();
    },
  };
}
