import { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { type Observable, ReplaySubject } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { type Checks, checkOptions, oneOf } from '../protocol/option-checks.js';
import { claim } from './claim.js';
import type { GateOwner } from './gate.js';
import { resolveUpgradeOptions, UPGRADE_CHECKS, type UpgradeOptions } from './options.js';
import { SocketUpgrades } from './socket-upgrades.js';
import { UpgradeArrival } from './upgrade-arrival.js';

/** How a socket is upgraded whose request is still to come. */
export interface SocketUpgradeOptions<Context = undefined> extends UpgradeOptions<Context> {
  /** Who this side is. */
  readonly role: 'server';
}

const CHECKS: Checks = Object.freeze({ ...UPGRADE_CHECKS, role: oneOf('server') });
const DEFAULTS: UpgradeOptions = Object.freeze({});

/** Those of each set of options: they are read once, and share a bound on what is pending. */
const upgrades = new WeakMap<object, SocketUpgrades<unknown>>();

/**
 * The server's side of the opening handshake on one socket: of a request that was read by an HTTP server of yours, as its event `upgrade`
 * gives it, or on any Duplex that a client will send its request on. It acts at once.
 *
 *     upgrade  ---c|      the connection, replayed
 *     upgrade  ---|       it was refused, or the client has left
 *
 * It never errors. The options are read once for each object: keep one, and give it every time.
 *
 * @param head - What came behind the request.
 * @throws TypeError or RangeError for a wrong option, and for what is no request or no socket; Error for a socket that was upgraded before.
 * @example
 * ```ts
 * import http from 'node:http';
 * import { upgrade } from 'rxwire';
 *
 * const options = { origins: 'any' } as const;
 * const server = http.createServer();
 * server.on('upgrade', (request, socket, head) => {
 *   upgrade(request, socket, head, options).subscribe((connection) => connection.messages$.subscribe(connection.outbox));
 * });
 * server.listen(9000);
 * ```
 */
export function upgrade<Context = undefined>(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  options?: UpgradeOptions<Context>,
): Observable<Connection<Context>>;
export function upgrade<Context = undefined>(
  socket: Duplex,
  options: SocketUpgradeOptions<Context>,
): Observable<Connection<Context>>;
export function upgrade<Context>(
  first: IncomingMessage | Duplex,
  second: Duplex | SocketUpgradeOptions<Context>,
  head?: Uint8Array,
  options?: UpgradeOptions<Context>,
): Observable<Connection<Context>> {
  const result$ = new ReplaySubject<Connection<Context>>(1);
  const owner = ownerOf(result$);
  if (first instanceof IncomingMessage) {
    const socket = checkSocket(second);
    if (!(head instanceof Uint8Array)) throw new TypeError('head is not the bytes behind the request');
    const given = upgradesWith(options ?? (DEFAULTS as UpgradeOptions<Context>), UPGRADE_CHECKS);
    take(socket);
    given.take(new UpgradeArrival(first, socket, head), owner);
  } else {
    const socket = checkSocket(first);
    const { role } = second as Partial<SocketUpgradeOptions>;
    if (role === undefined) throw new TypeError("option role is missing, expected 'server'");
    const given = upgradesWith(second as SocketUpgradeOptions<Context>, CHECKS);
    take(socket);
    given.read(socket, owner);
  }
  return result$.asObservable();
}

function upgradesWith<Context>(options: UpgradeOptions<Context>, checks: Checks): SocketUpgrades<Context> {
  const known = upgrades.get(options) as SocketUpgrades<Context> | undefined;
  if (known !== undefined) return known;
  checkOptions(options, checks);
  const made = new SocketUpgrades(resolveUpgradeOptions(options));
  upgrades.set(options, made as SocketUpgrades<unknown>);
  return made;
}

function ownerOf<Context>(result$: ReplaySubject<Connection<Context>>): GateOwner<Context> {
  const end = (): void => {
    result$.complete();
  };
  return {
    onOpen: (connection) => {
      result$.next(connection);
      result$.complete();
    },
    onClosed: end,
    onRefused: end,
    onLeft: end,
  };
}

function checkSocket(socket: unknown): Duplex {
  if (socket instanceof Duplex) return socket;
  throw new TypeError('upgrade takes a request, its socket and head, or a Duplex and options');
}

function take(socket: Duplex): void {
  if (claim(socket)) return;
  throw new Error('this socket was upgraded before, expected one listener for each upgrade');
}
