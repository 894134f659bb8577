import { type MonoTypeOperatorFunction, Observable, type Observer, Subject } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { LinkStatus } from './link-status.js';
import {
  checkReconnect,
  type ReconnectOperatorOptions,
  type ResolvedReconnect,
  resolveReconnect,
} from './options.js';
import { Reconnection } from './reconnection.js';

/**
 * Subscribes again where a connection could not be made or was lost, and emits each connection there is.
 *
 *     connect(url)               ---a------#        a is lost: 1001, 1005, 1006, 1011 to 1014
 *     connect(url)                            -#    refused: 408, 429, 5xx, an error of the network
 *     connect(url)                                      ---b-----|
 *     connect(url), reconnect()  ---a----------------------b-----|
 *     status                     c--o------w--cw--------c--o-----(x|)
 *
 * The delays are drawn with full jitter, so that the clients of a server that restarted do not come all at once; a server's Retry-After
 * comes on top. They grow until a connection has stayed open for `resetAfterMs`: a server that takes connections to drop them is not
 * served. The next attempt begins when the last connection has ended and what it held was taken, so there are never two.
 *
 * It completes when this side has closed the connection, or the peer has with 1000, and errors when it makes no sense to go on: with
 * 1002, 1003, 1007 to 1010 and 3000 to 4999, with another status, with a certificate that is not trusted, with an error of a program, and
 * after `maxAttempts`. `classify` decides otherwise. Unsubscribing aborts the dial, closes what is open with 1000, and leaves no timer.
 *
 * A connection is a new one: what was subscribed on the last is over. `switchMap` is the operator to use behind it.
 *
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { switchMap } from 'rxjs';
 * import { connect, reconnect } from 'rxwire';
 *
 * connect('ws://127.0.0.1:9000')
 *   .pipe(
 *     reconnect({ status: { next: ({ state }) => console.log(state) } }),
 *     switchMap((connection) => connection.messages$),
 *   )
 *   .subscribe((message) => console.log(message.data));
 * // connecting
 * ```
 */
export function reconnect<Context>(
  options: ReconnectOperatorOptions = {},
): MonoTypeOperatorFunction<Connection<Context>> {
  checkReconnect(options);
  return reconnecting(resolveReconnect(options), options.status);
}

/** {@link reconnect}, with everything decided. */
export function reconnecting<Context>(
  options: ResolvedReconnect,
  status: Partial<Observer<LinkStatus>> | undefined,
): MonoTypeOperatorFunction<Connection<Context>> {
  return (source) =>
    new Observable((subscriber) => {
      // A Subject between: what an observer throws goes where rxjs sends it, and not into the middle of this.
      const status$ = new Subject<LinkStatus>();
      if (status !== undefined) status$.subscribe(status);
      new Reconnection(source, subscriber, options, status$).begin();
    });
}
