import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Observable, Subject } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { anything, type Checks, checkOptions, wholeNumber } from '../protocol/option-checks.js';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import { checkClose } from '../protocol/close-status.js';
import type { HandshakeError } from '../protocol/errors.js';
import type { BoundExtensions } from '../protocol/extensions/bound.js';
import { refuse } from '../protocol/handshake/refusal.js';
import type { AcceptedRequest } from '../protocol/handshake/request.js';
import type { Outgoing } from '../protocol/message.js';
import { acceptUpgrade, agree, judge, refuseUpgrade, rejection } from './acceptor.js';
import { broadcast, type BroadcastOptions, type BroadcastResult } from './broadcast.js';
import type { ResolvedServerOptions } from './options.js';
import { answerPlainRequest } from './plain-request.js';
import type { Server, ServerCloseOptions } from './server.js';

const FAULTY: unique symbol = Symbol('a faulty extension');
/** Octets of a request head; Node answers a longer one with 431. */
const MAX_HEAD_BYTES = 16 * 1024;
/** What a timer of Node holds at most. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Code and reason are checked where they are used. */
const CLOSE_CHECKS: Checks = Object.freeze({ code: anything, reason: anything, graceMs: wholeNumber(0) });

/** The {@link Server} on a port or a path of its own. */
export class WebSocketServer implements Server {
  readonly #options: ResolvedServerOptions;
  readonly #http: http.Server;
  readonly #connections: Set<WebSocketConnection> = new Set();
  readonly #connections$: Subject<Connection> = new Subject();
  readonly #rejections$: Subject<HandshakeError> = new Subject();
  readonly #onConnection: ((connection: WebSocketConnection) => void) | undefined;
  readonly #forget: (connection: WebSocketConnection) => void;
  /** The sockets below TLS; unused without it. */
  readonly #sockets: Set<Duplex> = new Set();
  readonly #keepSocket = (socket: Duplex): void => {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };
  #address: AddressInfo | string = '';
  #closing: Promise<void> | undefined;

  /** @param onConnection - Called with every connection before it is emitted. */
  constructor(options: ResolvedServerOptions, onConnection?: (connection: WebSocketConnection) => void) {
    this.#options = options;
    this.#onConnection = onConnection;
    this.#forget = (connection) => void this.#connections.delete(connection);
    const limits: http.ServerOptions = {
      maxHeaderSize: MAX_HEAD_BYTES,
      noDelay: options.noDelay,
      headersTimeout: finite(options.handshakeTimeoutMs),
      requestTimeout: finite(options.handshakeTimeoutMs),
      connectionsCheckingInterval: Math.min(1000, Math.ceil(finite(options.handshakeTimeoutMs) / 4) || 1000),
    };
    this.#http =
      options.tls === undefined
        ? http.createServer(limits)
        : https.createServer({
            handshakeTimeout: Math.min(options.handshakeTimeoutMs, MAX_TIMER_MS),
            ...limits,
            ...options.tls,
          });
    // What is in the middle of the handshake of TLS is known to nobody else.
    if (options.tls !== undefined) this.#http.on('connection', this.#keepSocket);
    this.#http.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
    this.#http.on('request', (request, response) => {
      answerPlainRequest(request, response, options, (refusal) => {
        this.#rejections$.next(rejection(refusal));
      });
    });
  }

  get connections$(): Observable<Connection> {
    return this.#connections$.asObservable();
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  get rejections$(): Observable<HandshakeError> {
    return this.#rejections$.asObservable();
  }

  get address(): AddressInfo | string {
    return this.#address;
  }

  get url(): string {
    const scheme = this.#options.tls === undefined ? 'ws' : 'wss';
    if (typeof this.#address === 'string') return `${scheme}+unix:${pathInUrl(this.#address)}`;
    const { address, port, family } = this.#address;
    const anywhere = address === '::' || address === '0.0.0.0';
    const host = anywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
    return `${scheme}://${host}:${String(port)}`;
  }

  /** Binds. Resolves when connections are accepted, rejects when that is not possible. */
  listen(): Promise<void> {
    const { host, port, unixPath } = this.#options;
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(unixPath === undefined ? { host, port } : { path: unixPath }, () => {
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

  broadcast(data: Outgoing, options?: BroadcastOptions): BroadcastResult {
    return broadcast(this.#connections, data, options);
  }

  close(options: ServerCloseOptions = {}): Promise<void> {
    checkOptions(options, CLOSE_CHECKS);
    const { code = 1001, reason = '', graceMs = this.#options.profile.options.closeTimeoutMs } = options;
    checkClose(code, reason);
    return (this.#closing ??= this.#close(code, reason, graceMs));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    // Node hands the socket over with nobody listening: a reset now would end the process.
    socket.on('error', ignore);
    const judged = judge(request, this.#options);
    if (!judged.ok) {
      refuseUpgrade(socket, judged);
      if (judged.status === 403) this.#options.profile.options.logger.warn?.(judged.reason, {});
      this.#rejections$.next(rejection(judged));
      return;
    }
    if (this.#closing !== undefined) {
      refuseUpgrade(socket, { ok: false, status: 503, reason: 'the server is closing', headers: [] });
      return;
    }
    const extensions = this.#agree(request, judged, socket);
    if (extensions === FAULTY) return;
    const connection = acceptUpgrade(request, socket, head, judged, extensions, this.#options, this.#forget);
    socket.off('error', ignore);
    this.#connections.add(connection);
    this.#onConnection?.(connection);
    this.#connections$.next(connection);
    connection.start();
  }

  /** What is agreed on; `FAULTY` when an extension is faulty, which is not the client's fault and ends nobody else's connection. */
  #agree(
    request: http.IncomingMessage,
    judged: AcceptedRequest,
    socket: Duplex,
  ): BoundExtensions | undefined | typeof FAULTY {
    try {
      return agree(request, judged, this.#options);
    } catch (error) {
      this.#options.profile.options.logger.error?.('an extension failed at an opening handshake', { error });
      const refusal = refuse(500, 'the server could not negotiate the extensions');
      refuseUpgrade(socket, refusal);
      this.#rejections$.next(rejection(refusal));
      return FAULTY;
    }
  }

  async #close(code: number, reason: string, graceMs: number): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    });
    this.#http.closeAllConnections();
    const open = [...this.#connections];
    const gone = open.map((connection) => new Promise<void>((resolve) => connection.whenClosed(resolve)));
    for (const connection of open) connection.close(code, reason);
    const cancel = this.#options.profile.clock.after(graceMs, () => {
      for (const connection of open) connection.terminate();
    });
    await Promise.all(gone);
    cancel();
    for (const socket of this.#sockets) socket.destroy();
    await stopped;
    this.#connections$.complete();
    this.#rejections$.complete();
  }
}

function ignore(): void {
  // Whoever reset the socket is gone.
}

/** A socket's path as a URL has it. */
function pathInUrl(path: string): string {
  return encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');
}

/** Node counts no timeout as 0. */
function finite(ms: number): number {
  return ms === Infinity ? 0 : ms;
}
