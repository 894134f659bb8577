import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ConnectHead } from '../../protocol/handshake/extended-connect.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import type { Refusable } from '../gate/arrival.js';
import type { Endpoint } from './dispatcher.js';

/** Where a server's requests come from. */
export interface Entrance {
  /** Where it listens; empty while it does not. */
  readonly address: AddressInfo | string;
  /** Whether it is TLS that is spoken there. */
  readonly secure: boolean;
  /** Resolves when connections are accepted, rejects when that is not possible. */
  open(): Promise<void>;
  /** Takes no more. Whose request is not complete is refused, and told so. */
  shut(): void;
  /** Ends at once what is left of what came this way. */
  cut(): void;
  /** Resolves when everything that came this way is gone. To be called when the connections are. */
  gone(): Promise<void>;
}

/** Whom an {@link Entrance} leads to. */
export interface Served extends Endpoint {
  /** How many requests wait for `authorize`. */
  readonly pending: number;
  /** How many connections there are. */
  readonly size: number;
  /** Refuses a request, or what is none. */
  refuse(asking: Refusable, refusal: Refusal): void;
  /** Answers a request that asks for no upgrade. */
  answer(request: IncomingMessage, response: ServerResponse): void;
}

/** Whom an {@link Entrance} for HTTP/2 leads to. */
export interface ServedStreams extends Served {
  /** Answers a request over HTTP/2 that asks for no WebSocket. */
  answerStream(stream: ServerHttp2Stream, method: string, request: ConnectHead): void;
}
