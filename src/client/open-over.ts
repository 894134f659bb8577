import type { Duplex } from 'node:stream';
import { type Observable, ReplaySubject, tap } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { anything, type Checks, checkOptions, oneOf } from '../protocol/option-checks.js';
import { askedTarget } from './asked-target.js';
import { opening } from './connect.js';
import { CLIENT_HANDSHAKE_CHECKS, type ClientHandshakeOptions, resolveClientOptions } from './options.js';

/** How a client opens a connection on a stream that is there already. */
export interface ClientUpgradeOptions<Context = undefined> extends ClientHandshakeOptions<Context> {
  /** Who this side is. */
  readonly role: 'client';
  /** What is asked for: Host and request target are taken from it, and nothing is dialled. */
  readonly url: string | URL;
}

const CHECKS: Checks = Object.freeze({ ...CLIENT_HANDSHAKE_CHECKS, role: oneOf('client'), url: anything });

/**
 * Performs a client's opening handshake on the stream that is given to what it returns, at once. The connection, or the error, is replayed.
 *
 * @throws TypeError or RangeError for an option that is unknown or out of range, and for a wrong URL.
 */
export function openerOver<Context>(
  options: ClientUpgradeOptions<Context>,
): (socket: Duplex) => Observable<Connection<Context>> {
  checkOptions(options, CHECKS);
  const { role: _, url, ...rest } = options;
  const resolved = resolveClientOptions<Context>(rest);
  askedTarget(url, resolved);
  return (socket) => {
    const result$ = new ReplaySubject<Connection<Context>>(1);
    const ended = {
      error: () => {
        // Also where it was aborted before it began.
        socket.destroy();
      },
    };
    opening(url, resolved, socket).pipe(tap(ended)).subscribe(result$);
    return result$.asObservable();
  };
}
