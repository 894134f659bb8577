import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PathParams } from '../protocol/handshake/path-table.js';
import type { Refusal } from '../protocol/handshake/refusal.js';
import { rejection } from './acceptor.js';
import type { Served } from './entrance.js';
import { Gate, type GateOwner } from './gate.js';
import { httpLimits } from './http-limits.js';
import type { ResolvedUpgradeOptions } from './options.js';
import { answerPlainRequest } from './plain-request.js';
import { readySocket } from './ready-socket.js';
import { answerFault, serveRequests, TIMED_OUT } from './serve-requests.js';
import { WaitingSockets } from './waiting-sockets.js';

/** Upgrades of single sockets, under one set of options: of requests that others have read, or of ones that are still to come. */
export class SocketUpgrades<Context> implements Served {
  readonly path = undefined;
  readonly unmatched = undefined;
  readonly size = 0;
  readonly #options: ResolvedUpgradeOptions<Context>;
  readonly #gate: Gate<Context>;
  readonly #waiting: WaitingSockets;
  readonly #owners: WeakMap<Duplex, GateOwner<Context>> = new WeakMap();
  /** Reads the requests; made for the first that is still to come. */
  #http: http.Server | undefined;

  constructor(options: ResolvedUpgradeOptions<Context>) {
    this.#options = options;
    this.#gate = new Gate(options, nobody());
    this.#waiting = new WaitingSockets(options.maxPendingHandshakes, () => this.#gate.pending);
  }

  get pending(): number {
    return this.#gate.pending;
  }

  /** Takes a socket whose request has been read. */
  take(request: IncomingMessage, socket: Duplex, head: Uint8Array, owner: GateOwner<Context>): void {
    readySocket(socket, this.#options.noDelay);
    this.#gate.enter(request, socket, head, NO_PARAMS, owner);
  }

  /** Takes a socket whose request is still to come. */
  read(socket: Duplex, owner: GateOwner<Context>): void {
    readySocket(socket, this.#options.noDelay);
    this.#owners.set(socket, owner);
    const cancel = this.#options.profile.clock.after(this.#options.handshakeTimeoutMs, () => {
      answerFault(Object.assign(new Error(), { code: TIMED_OUT }), socket, this);
    });
    socket.once('close', () => owner.onLeft?.());
    if (this.#waiting.admit(socket, cancel)) this.#server().emit('connection', socket);
  }

  enter(request: IncomingMessage, socket: Duplex, head: Uint8Array, params: PathParams): void {
    this.#gate.enter(request, socket, head, params, this.#owners.get(socket));
  }

  refuse(socket: Duplex, refusal: Refusal): void {
    this.#gate.refuse(socket, refusal, this.#owners.get(socket));
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const owner = this.#owners.get(request.socket);
    answerPlainRequest(request, response, { ...this.#options, statusPage: false }, (refusal) => {
      owner?.onRefused(rejection(refusal));
    });
  }

  #server(): http.Server {
    if (this.#http === undefined) {
      this.#http = http.createServer(httpLimits(this.#options));
      serveRequests(this.#http, this, this.#waiting, NOBODY_CLOSES);
    }
    return this.#http;
  }
}

/** Single sockets have no server that closes. */
const NOBODY_CLOSES = Object.freeze({ delete: () => undefined });
const NO_PARAMS: PathParams = Object.freeze(Object.create(null) as PathParams);

function nobody<Context>(): GateOwner<Context> {
  const ignore = (): void => undefined;
  return { onOpen: ignore, onClosed: ignore, onRefused: ignore };
}
