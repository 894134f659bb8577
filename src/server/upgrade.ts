import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { type Observable, ReplaySubject } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { type Checks, checkOptions, oneOf } from '../protocol/option-checks.js';
import { whyNotOctets } from '../transport/octet-stream.js';
import { claim } from '../transport/claim.js';
import type { GateOwner } from './gate/gate.js';
import { UpgradeArrival } from './gate/upgrade-arrival.js';
import { resolveUpgradeOptions, UPGRADE_CHECKS, type UpgradeOptions } from './options.js';
import { SocketUpgrades } from './socket-upgrades.js';

/** How a socket is upgraded whose request is still to come. */
export interface SocketUpgradeOptions<Context = undefined> extends UpgradeOptions<Context> {
  /** Who this side is. */
  readonly role: 'server';
}

const CHECKS: Checks = Object.freeze({ ...UPGRADE_CHECKS, role: oneOf('client', 'server') });
const DEFAULTS: UpgradeOptions = Object.freeze({});

/** Those of each set of options: they are read once, and share a bound on what is pending. */
const upgrades = new WeakMap<object, SocketUpgrades<unknown>>();

/**
 * The server's side of the opening handshake for a request that was read, at once. The connection is replayed; when it was refused, or the
 * client has left, there is none.
 *
 * @throws TypeError or RangeError for a wrong option, and for what is no socket or no bytes; Error for a socket that was upgraded before.
 */
export function upgradeRequest<Context>(
  request: IncomingMessage,
  socket: unknown,
  head: unknown,
  options: UpgradeOptions<Context> | undefined,
): Observable<Connection<Context>> {
  const checked = checkSocket(socket);
  if (!(head instanceof Uint8Array)) throw new TypeError('head is not the bytes behind the request');
  const given = upgradesWith(options ?? (DEFAULTS as UpgradeOptions<Context>), UPGRADE_CHECKS);
  take(checked);
  const result$ = new ReplaySubject<Connection<Context>>(1);
  given.take(new UpgradeArrival(request, checked, head), ownerOf(result$));
  return result$.asObservable();
}

/**
 * The same for a request that is still to come on a socket.
 *
 * @throws TypeError or RangeError for a wrong option, and for what is no socket; Error for a socket that was upgraded before.
 */
export function upgradeSocket<Context>(
  socket: unknown,
  options: SocketUpgradeOptions<Context>,
): Observable<Connection<Context>> {
  const checked = checkSocket(socket);
  const { role } = options as Partial<SocketUpgradeOptions>;
  if (role === undefined) throw new TypeError("option role is missing, expected 'client' or 'server'");
  const given = upgradesWith(options, CHECKS);
  take(checked);
  const result$ = new ReplaySubject<Connection<Context>>(1);
  given.read(checked, ownerOf(result$));
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

/** @throws TypeError for what is no Duplex, or one that does not give octets. */
export function checkSocket(socket: unknown): Duplex {
  if (!(socket instanceof Duplex)) {
    throw new TypeError('upgrade takes a request, its socket and head, or a Duplex and options');
  }
  const flaw = whyNotOctets(socket);
  if (flaw !== undefined) throw new TypeError(`the socket ${flaw}`);
  return socket;
}

/** @throws Error for a socket that somebody has taken before. */
export function take(socket: Duplex): void {
  if (claim(socket)) return;
  throw new Error('this socket was upgraded before, expected one listener for each upgrade');
}
