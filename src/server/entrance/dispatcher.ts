import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pathOf, type PathParams, PathTable } from '../../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import type { Arrival } from '../gate/arrival.js';
import { UpgradeArrival } from '../gate/upgrade-arrival.js';
import { ConnectStreams } from '../http2/connect-streams.js';
import { isHttp2Server } from '../http2/is-http2-server.js';
import { Unanswered } from './unanswered.js';

/** One of those who share the upgrades of an HTTP server. */
export interface Endpoint {
  /** A pattern; undefined for every path that is nobody else's. */
  readonly path: string | undefined;
  readonly unmatched: 'leave' | 404 | undefined;
  enter(arrival: Arrival, params: PathParams): void;
  /** Answers a request whose path nobody serves. */
  refuse(arrival: Arrival, refusal: Refusal): void;
}

const NO_PARAMS: PathParams = Object.freeze(Object.create(null) as PathParams);

const dispatchers = new WeakMap<EventEmitter, Dispatcher>();

/**
 * Hands the upgrades of one HTTP server to the endpoints on it. There is one for each server, and one listener, however many endpoints
 * there are; with the last of them it goes.
 */
export class Dispatcher {
  readonly #server: EventEmitter;
  readonly #endpoints: Set<Endpoint> = new Set();
  #table: PathTable<Endpoint> = new PathTable<Endpoint>([]);
  /** The one without a path. */
  #rest: Endpoint | undefined;
  /** Where requests come by HTTP/2, too. */
  readonly #connects: ConnectStreams | undefined;
  readonly #unanswered: Unanswered = new Unanswered();
  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#unanswered.whenAnswered(socket, () => {
      // All of them may have closed while it waited for what was in front of it.
      if (this.#endpoints.size === 0) socket.destroy();
      else {
        this.#dispatch(new UpgradeArrival(request, socket, head), this.#server.listenerCount('upgrade') > 1);
      }
    });
  };

  private constructor(server: EventEmitter) {
    this.#server = server;
    if (!isHttp2Server(server)) return;
    this.#connects = new ConnectStreams(server, (arrival, othersListen) =>
      this.#dispatch(arrival, othersListen),
    );
  }

  /** The one of this server. */
  static of(server: EventEmitter): Dispatcher {
    let dispatcher = dispatchers.get(server);
    if (dispatcher === undefined) {
      dispatcher = new Dispatcher(server);
      dispatchers.set(server, dispatcher);
    }
    return dispatcher;
  }

  /** @throws TypeError for a path that is malformed, or that another endpoint serves. */
  add(endpoint: Endpoint): void {
    if (endpoint.path === undefined && this.#rest !== undefined) {
      throw new TypeError('another endpoint serves every path of this server, expected the option path');
    }
    this.#arrange([...this.#endpoints, endpoint]);
    this.#endpoints.add(endpoint);
    if (this.#endpoints.size > 1) return;
    this.#server.on('upgrade', this.#onUpgrade);
    this.#unanswered.watch(this.#server);
    this.#connects?.begin();
  }

  remove(endpoint: Endpoint): void {
    if (!this.#endpoints.delete(endpoint)) return;
    this.#arrange([...this.#endpoints]);
    if (this.#endpoints.size > 0) return;
    this.#server.off('upgrade', this.#onUpgrade);
    this.#unanswered.unwatch(this.#server);
    this.#connects?.end();
  }

  #arrange(endpoints: readonly Endpoint[]): void {
    this.#table = new PathTable(
      endpoints.flatMap((endpoint) => (endpoint.path === undefined ? [] : [[endpoint.path, endpoint]])),
    );
    this.#rest = endpoints.find(({ path }) => path === undefined);
  }

  /** False when it is left to others. */
  #dispatch(arrival: Arrival, othersListen: boolean): boolean {
    const found = this.#table.find(pathOf(arrival.target));
    const endpoint = found?.value ?? this.#rest;
    if (endpoint !== undefined) {
      endpoint.enter(arrival, found?.params ?? NO_PARAMS);
      return true;
    }
    const refusing = this.#refusing(othersListen);
    refusing?.refuse(arrival, refuse(404, 'nothing is served at this path'));
    return refusing !== undefined;
  }

  /** Who refuses what fits no path: the last endpoint that says something about it; if none does, the last, where nobody else listens. */
  #refusing(othersListen: boolean): Endpoint | undefined {
    const endpoints = [...this.#endpoints];
    const saying = endpoints.findLast(({ unmatched }) => unmatched !== undefined);
    if (saying !== undefined) return saying.unmatched === 404 ? saying : undefined;
    return othersListen ? undefined : endpoints.at(-1);
  }
}
