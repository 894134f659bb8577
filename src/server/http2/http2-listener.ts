import http from 'node:http';
import http2, { type Http2Server } from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { BoundServer } from '../entrance/bound-server.js';
import type { Entrance, ServedStreams } from '../entrance/entrance.js';
import { HalfOpen } from '../entrance/half-open.js';
import { httpLimits, MAX_TIMER_MS } from '../entrance/http-limits.js';
import { answerFault, serveRequests, TIMED_OUT } from '../entrance/serve-requests.js';
import { WaitingSockets } from '../entrance/waiting-sockets.js';
import { CLOSING } from '../gate/gate.js';
import type { ResolvedServerOptions } from '../options.js';
import { HTTP2_LIMITS } from './http2-limits.js';
import { serveStreams } from './serve-streams.js';
import { Sessions } from './sessions.js';

/** What HTTP/2 begins with that HTTP/1.1 never does: `PRI * HTTP/2.0`. RFC 9113 section 3.4. */
const PREFACE = 'PRI';

/**
 * A server of our own that speaks HTTP/2, and HTTP/1.1 with those who do not, on one port: over TLS as ALPN settles it, without TLS by the
 * first octets.
 */
export class Http2Listener implements Entrance {
  readonly #options: ResolvedServerOptions<unknown>;
  readonly #served: ServedStreams;
  readonly #bound: BoundServer;
  readonly #http: http.Server;
  readonly #http2: Http2Server;
  /** All sockets that were accepted; with TLS those below it. */
  readonly #sockets: Set<Duplex> = new Set();
  /** Those that speak HTTP/1.1, or nothing yet. Their number is bounded with all others. */
  readonly #waiting: WaitingSockets;
  readonly #sessions: Sessions;
  /** How many sockets of HTTP/1.1 have made their request. */
  #upgraded = 0;
  readonly #forget: (this: Duplex) => void;
  readonly #leave = (): void => {
    this.#upgraded--;
  };
  readonly #halfOpen: HalfOpen = new HalfOpen();
  #refused: Promise<void> | undefined;

  constructor(options: ResolvedServerOptions<unknown>, served: ServedStreams) {
    this.#options = options;
    this.#served = served;
    this.#bound = new BoundServer(this.#createServer(), options);
    this.#http = http.createServer(httpLimits(options));
    this.#http2 = http2.createServer(HTTP2_LIMITS);
    this.#waiting = new WaitingSockets(Infinity, () => 0);
    this.#sessions = new Sessions(options);
    const sockets = this.#sockets;
    this.#forget = function () {
      sockets.delete(this);
    };
    serveRequests(this.#http, served, { leave: this.#onRequest }, this.#halfOpen);
    serveStreams(this.#http2, served, this.#sessions);
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
    this.#sessions.close();
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async gone(): Promise<void> {
    await this.#refused;
    // Node writes what is said to a stream later, and what it has not written goes with the socket.
    await this.#sessions.emptied();
    this.cut();
    await this.#bound.gone();
  }

  #createServer(): net.Server {
    const { noDelay, handshakeTimeoutMs, tls: secure } = this.#options;
    if (secure === undefined) {
      return net.createServer({ noDelay }, (socket) => {
        if (this.#admit(socket)) this.#begin(socket);
      });
    }
    const server = tls.createServer({
      noDelay,
      handshakeTimeout: Math.min(handshakeTimeoutMs, MAX_TIMER_MS),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...secure,
    } as tls.TlsOptions);
    server.on('connection', (socket: Duplex) => {
      this.#admit(socket);
    });
    server.on('secureConnection', (socket) => {
      this.#beginSecure(socket);
    });
    return server;
  }

  /** False when too many have made no request; the socket is closed then. */
  #admit(socket: Duplex): boolean {
    const busy = this.#upgraded + this.#sessions.busy;
    if (this.#sockets.size - busy + this.#served.pending >= this.#options.maxPendingHandshakes) {
      socket.destroy();
      return false;
    }
    this.#sockets.add(socket);
    socket.on('close', this.#forget);
    if (this.#options.unref && socket instanceof net.Socket) socket.unref();
    return true;
  }

  #beginSecure(socket: TLSSocket): void {
    socket.on('error', ignore);
    if (socket.alpnProtocol === 'h2') this.#sessions.open(this.#http2, socket);
    else this.#speakHttp1(socket);
  }

  /** Waits for the first octets, and puts them back. */
  #begin(socket: Duplex): void {
    socket.on('error', ignore);
    this.#wait(socket);
    const look = (): void => {
      const first = socket.read(PREFACE.length) as Buffer | null;
      if (first === null) return;
      socket.off('readable', look);
      socket.unshift(first);
      if (first.toString('latin1') === PREFACE) {
        this.#waiting.leave(socket);
        this.#halfOpen.delete(socket);
        this.#sessions.open(this.#http2, socket);
      } else this.#http.emit('connection', socket);
    };
    socket.on('readable', look);
    look();
  }

  #speakHttp1(socket: Duplex): void {
    this.#wait(socket);
    this.#http.emit('connection', socket);
  }

  #wait(socket: Duplex): void {
    const { profile, handshakeTimeoutMs } = this.#options;
    const cancel = profile.clock.after(handshakeTimeoutMs, () => {
      answerFault(Object.assign(new Error(), { code: TIMED_OUT }), socket, this.#served);
    });
    this.#waiting.admit(socket, cancel);
    this.#halfOpen.add(socket);
  }

  readonly #onRequest = (socket: Duplex): void => {
    this.#waiting.leave(socket);
    this.#upgraded++;
    socket.on('close', this.#leave);
  };
}

function ignore(): void {
  // Whoever reset the socket is gone.
}
