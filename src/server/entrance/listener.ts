import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CLOSING } from '../gate/gate.js';
import type { ResolvedServerOptions } from '../options.js';
import { markAccepted } from './accepted-at.js';
import { BoundServer } from './bound-server.js';
import { Crowd } from './crowd.js';
import type { Entrance, Served } from './entrance.js';
import { HalfOpen } from './half-open.js';
import { httpLimits, MAX_TIMER_MS } from './http-limits.js';
import { serveRequests } from './serve-requests.js';

/** An HTTP server of our own: on a port, a Unix socket, or what listens already as a file descriptor. */
export class Listener implements Entrance {
  readonly #options: ResolvedServerOptions<unknown>;
  readonly #http: http.Server;
  readonly #bound: BoundServer;
  readonly #crowd: Crowd;
  /** The sockets below TLS, all of them; unused without it. */
  readonly #below: Set<Duplex> = new Set();
  readonly #forgetBelow: (this: Duplex) => void;
  readonly #halfOpen: HalfOpen = new HalfOpen();
  readonly #served: Served;
  #refused: Promise<void> | undefined;

  constructor(options: ResolvedServerOptions<unknown>, served: Served) {
    this.#options = options;
    this.#served = served;
    this.#http = createServer(options);
    this.#bound = new BoundServer(this.#http, options);
    const below = this.#below;
    this.#forgetBelow = function () {
      below.delete(this);
    };
    this.#crowd = new Crowd(this.#http, served, options.maxPendingHandshakes);
    this.#http.on('connection', this.#onSocket);
    const { authorize, profile, tls } = options;
    // The handshake of TLS has its own time, and hands out another socket.
    this.#http.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Duplex) => {
      this.#halfOpen.add(socket);
      if (authorize !== undefined) markAccepted(socket, profile.clock.now());
    });
    serveRequests(this.#http, served, this.#crowd, this.#halfOpen);
  }

  get address(): AddressInfo | string {
    return this.#bound.address;
  }

  get secure(): boolean {
    return this.#options.tls !== undefined;
  }

  open(): Promise<void> {
    return this.#bound.open();
  }

  shut(): void {
    this.#bound.shut();
    this.#refused = this.#halfOpen.refuse(this.#served, CLOSING);
  }

  cut(): void {
    this.#halfOpen.destroy();
    // What is in the middle of the handshake of TLS is known to nobody else.
    for (const socket of this.#below) socket.destroy();
    this.#http.closeAllConnections();
  }

  async gone(): Promise<void> {
    await this.#refused;
    this.cut();
    await this.#bound.gone();
  }

  readonly #onSocket = (socket: Duplex): void => {
    if (this.#options.unref && socket instanceof Socket) socket.unref();
    this.#crowd.admit(socket);
    if (this.#options.tls === undefined) return;
    this.#below.add(socket);
    socket.on('close', this.#forgetBelow);
  };
}

function createServer(options: ResolvedServerOptions<unknown>): http.Server {
  const limits = httpLimits(options);
  if (options.tls === undefined) return http.createServer(limits);
  const handshakeTimeout = Math.min(options.handshakeTimeoutMs, MAX_TIMER_MS);
  return https.createServer({ handshakeTimeout, ...limits, ...options.tls });
}
