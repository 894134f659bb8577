import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import { Crowd } from './crowd.js';
import type { Entrance, Served } from './entrance.js';
import { CLOSING } from './gate.js';
import { httpLimits, MAX_TIMER_MS } from './http-limits.js';
import type { ResolvedServerOptions } from './options.js';
import { serveRequests } from './serve-requests.js';
import { Unanswered } from './unanswered.js';

/** An HTTP server of our own: on a port, a Unix socket, or what listens already as a file descriptor. */
export class Listener implements Entrance {
  readonly #options: ResolvedServerOptions<unknown>;
  readonly #http: http.Server;
  readonly #crowd: Crowd;
  /** The sockets below TLS, all of them; unused without it. */
  readonly #below: Set<Duplex> = new Set();
  readonly #forgetBelow: (this: Duplex) => void;
  readonly #unanswered: Unanswered = new Unanswered();
  readonly #served: Served;
  #refused: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #address: AddressInfo | string = '';

  constructor(options: ResolvedServerOptions<unknown>, served: Served) {
    this.#options = options;
    this.#served = served;
    this.#http = createServer(options);
    const below = this.#below;
    this.#forgetBelow = function () {
      below.delete(this);
    };
    this.#crowd = new Crowd(this.#http, served, options.maxPendingHandshakes);
    this.#http.on('connection', this.#onSocket);
    this.#http.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Duplex) => {
      this.#unanswered.add(socket);
    });
    serveRequests(this.#http, served, this.#crowd, this.#unanswered);
  }

  get address(): AddressInfo | string {
    return this.#address;
  }

  get secure(): boolean {
    return this.#options.tls !== undefined;
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(placeOf(this.#options), () => {
        this.#http.off('error', reject);
        // Accepting can fail later too, when the process has too many files open: that is nobody's end.
        this.#http.on('error', (error) => {
          this.#options.profile.options.logger.error?.('the server could not accept a connection', { error });
        });
        this.#address = this.#http.address() ?? '';
        resolve();
      });
    });
  }

  shut(): void {
    this.#closed = new Promise((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    });
    this.#refused = this.#unanswered.refuse((socket, refusal) => {
      this.#served.refuse(socket, refusal);
    }, CLOSING);
  }

  cut(): void {
    this.#unanswered.destroy();
    // What is in the middle of the handshake of TLS is known to nobody else.
    for (const socket of this.#below) socket.destroy();
    this.#http.closeAllConnections();
  }

  async gone(): Promise<void> {
    await this.#refused;
    this.cut();
    await this.#closed;
  }

  readonly #onSocket = (socket: Duplex): void => {
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

function placeOf(options: ResolvedServerOptions<unknown>): ListenOptions {
  const { host, port, unixPath, fd, backlog, reusePort } = options;
  const how = { ...(backlog !== undefined && { backlog }), ...(reusePort && { reusePort }) };
  if (fd !== undefined) return { ...how, fd } as ListenOptions;
  if (unixPath !== undefined) return { ...how, path: unixPath };
  return { ...how, ...(host !== undefined && { host }), port };
}
