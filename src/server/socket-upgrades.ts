import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { publishRefused } from '../connection/diagnostics.js';
import type { PathParams } from '../protocol/handshake/path-table.js';
import type { Refusal } from '../protocol/handshake/refusal.js';
import { addressOf } from '../transport/socket-transport.js';
import { Attendance } from './attendance.js';
import { markAccepted } from './entrance/accepted-at.js';
import type { Served } from './entrance/entrance.js';
import { httpLimits } from './entrance/http-limits.js';
import { answerPlainRequest } from './entrance/plain-request.js';
import { readySocket } from './entrance/ready-socket.js';
import { answerFault, serveRequests, TIMED_OUT } from './entrance/serve-requests.js';
import { WaitingSockets } from './entrance/waiting-sockets.js';
import { rejection } from './gate/acceptor.js';
import type { Arrival, Refusable } from './gate/arrival.js';
import { Gate, type GateOwner } from './gate/gate.js';
import type { ResolvedUpgradeOptions } from './options.js';

/** Upgrades of single sockets, under one set of options: of requests that others have read, or of ones that are still to come. */
export class SocketUpgrades<Context> implements Served {
  readonly path = undefined;
  readonly unmatched = undefined;
  readonly size = 0;
  readonly #options: ResolvedUpgradeOptions<Context>;
  readonly #gate: Gate<Context>;
  readonly #waiting: WaitingSockets;
  readonly #attendance: Attendance<Context> | undefined;
  readonly #owners: WeakMap<Duplex, GateOwner<Context>> = new WeakMap();
  /** Reads the requests; made for the first that is still to come. */
  #http: http.Server | undefined;

  constructor(options: ResolvedUpgradeOptions<Context>) {
    this.#options = options;
    this.#gate = new Gate(options, nobody());
    this.#waiting = new WaitingSockets(options.maxPendingHandshakes, () => this.#gate.pending);
    const { signal } = options;
    if (signal === undefined) return;
    if (signal.aborted) this.#gate.close();
    this.#attendance = new Attendance(signal, () => {
      this.#gate.close();
      this.#waiting.destroy();
    });
  }

  get pending(): number {
    return this.#gate.pending;
  }

  /** Takes a socket whose request has been read. */
  take(arrival: Arrival, owner: GateOwner<Context>): void {
    readySocket(arrival.socket, this.#options);
    this.#gate.enter(arrival, NO_PARAMS, this.#attendance?.join(owner) ?? owner);
  }

  /** Takes a socket whose request is still to come. */
  read(socket: Duplex, given: GateOwner<Context>): void {
    const owner = this.#attendance?.join(given) ?? given;
    readySocket(socket, this.#options);
    this.#owners.set(socket, owner);
    const { clock } = this.#options.profile;
    markAccepted(socket, clock.now());
    const cancel = clock.after(this.#options.handshakeTimeoutMs, () => {
      answerFault(Object.assign(new Error(), { code: TIMED_OUT }), socket, this);
    });
    socket.once('close', () => owner.onLeft?.());
    if (!this.#waiting.admit(socket, cancel)) return;
    this.#server().emit('connection', socket);
    // One that was given may have been paused, so that nothing of it was lost on the way here; Node does not undo that.
    if (socket.isPaused()) socket.resume();
  }

  enter(arrival: Arrival, params: PathParams): void {
    this.#gate.enter(arrival, params, this.#owners.get(arrival.socket));
  }

  refuse(asking: Refusable, refusal: Refusal): void {
    this.#gate.refuse(asking, refusal, this.#owners.get(asking.socket));
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const owner = this.#owners.get(request.socket);
    answerPlainRequest(
      request,
      response,
      { ...this.#options, path: undefined, page: undefined },
      (refusal) => {
        const error = rejection(refusal);
        publishRefused(error, () => addressOf(request.socket));
        owner?.onRefused(error);
      },
    );
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
