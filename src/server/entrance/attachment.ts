import type { AddressInfo, Server as NetServer } from 'node:net';
import tls from 'node:tls';
import type { PathParams } from '../../protocol/handshake/path-table.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import type { Arrival } from '../gate/arrival.js';
import { claim } from '../../transport/claim.js';
import { Dispatcher, type Endpoint } from './dispatcher.js';
import type { Entrance, Served } from './entrance.js';
import { readySocket } from './ready-socket.js';

/** The upgrades of an HTTP server that somebody else binds and closes, or those of one path on it. */
export class Attachment implements Entrance, Endpoint {
  readonly path: string | undefined;
  readonly unmatched: 'leave' | 404 | undefined;
  readonly #server: NetServer;
  readonly #served: Served;
  readonly #options: { readonly noDelay: boolean; readonly unref: boolean };

  /** @throws TypeError for a path that is malformed, or served by somebody else. */
  constructor(
    server: NetServer,
    served: Served,
    options: { readonly noDelay: boolean; readonly unref: boolean },
  ) {
    this.#server = server;
    this.#served = served;
    this.#options = options;
    this.path = served.path;
    this.unmatched = served.unmatched;
    Dispatcher.of(server).add(this);
  }

  get address(): AddressInfo | string {
    return this.#server.address() ?? '';
  }

  get secure(): boolean {
    return this.#server instanceof tls.Server;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  enter(arrival: Arrival, params: PathParams): void {
    if (!claim(arrival.socket)) return;
    readySocket(arrival.socket, this.#options);
    this.#served.enter(arrival, params);
  }

  refuse(arrival: Arrival, refusal: Refusal): void {
    if (claim(arrival.socket)) this.#served.refuse(arrival, refusal);
  }

  shut(): void {
    Dispatcher.of(this.#server).remove(this);
  }

  cut(): void {
    // The sockets are those of connections, or somebody else's.
  }

  gone(): Promise<void> {
    return Promise.resolve();
  }
}
