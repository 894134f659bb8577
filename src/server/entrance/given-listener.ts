import http from 'node:http';
import { type AddressInfo, type Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { CLOSING } from '../gate/gate.js';
import type { ResolvedServerOptions } from '../options.js';
import { markAccepted } from './accepted-at.js';
import type { Entrance, Served } from './entrance.js';
import { HalfOpen } from './half-open.js';
import { httpLimits } from './http-limits.js';
import { answerFault, serveRequests, TIMED_OUT } from './serve-requests.js';
import { WaitingSockets } from './waiting-sockets.js';

/** Every connection of a server of `node:net` or `node:tls` that somebody else binds and closes. */
export class GivenListener implements Entrance {
  readonly #server: NetServer;
  readonly #event: 'secureConnection' | 'connection';
  readonly #http: http.Server;
  readonly #waiting: WaitingSockets;
  readonly #halfOpen: HalfOpen = new HalfOpen();
  readonly #served: Served;
  readonly #onSocket: (socket: Duplex) => void;
  #refused: Promise<void> | undefined;

  constructor(server: NetServer, options: ResolvedServerOptions<unknown>, served: Served) {
    this.#server = server;
    this.#served = served;
    this.#event = server instanceof tls.Server ? 'secureConnection' : 'connection';
    this.#http = http.createServer(httpLimits(options));
    this.#waiting = new WaitingSockets(options.maxPendingHandshakes, () => served.pending);
    serveRequests(this.#http, served, this.#waiting, this.#halfOpen);
    const { clock } = options.profile;
    this.#onSocket = (socket) => {
      if (options.unref && socket instanceof Socket) socket.unref();
      markAccepted(socket, clock.now());
      // Node looks after the time of those only that a server which listens has accepted.
      const cancel = clock.after(options.handshakeTimeoutMs, () => {
        answerFault(Object.assign(new Error(), { code: TIMED_OUT }), socket, served);
      });
      if (!this.#waiting.admit(socket, cancel)) return;
      this.#halfOpen.add(socket);
      this.#http.emit('connection', socket);
    };
  }

  get address(): AddressInfo | string {
    return this.#server.address() ?? '';
  }

  get secure(): boolean {
    return this.#event === 'secureConnection';
  }

  open(): Promise<void> {
    this.#server.on(this.#event, this.#onSocket);
    return Promise.resolve();
  }

  shut(): void {
    this.#server.off(this.#event, this.#onSocket);
    this.#refused = this.#halfOpen.refuse(this.#served, CLOSING);
  }

  cut(): void {
    this.#waiting.destroy();
  }

  async gone(): Promise<void> {
    await this.#refused;
    this.cut();
  }
}
