import { isObservable, type Observable } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import { type ClientUrl, connect } from '../connect.js';
import { checkPersistent, clientOptionsOf, type PersistentOptions, resolvePersistent } from './options.js';
import { PersistentClient } from './persistent-client.js';
import type { PersistentConnection } from './persistent-connection.js';

/**
 * A connection that outlives its sockets: `connect` and `reconnect` in one object with a life of its own, to be handed to those who listen and
 * those who send. See {@link PersistentConnection} for when it dials, what it holds, and how it ends.
 *
 * @param url - As for `connect`; or an Observable of connections that ends as `connect` does, without `reconnect` behind it.
 * @throws TypeError or RangeError for wrong options and a wrong URL, and for options of `connect` where an Observable is given.
 * @example
 * ```ts
 * import { persistent } from 'rxwire';
 *
 * const link = persistent('ws://127.0.0.1:9000', { whileOffline: { maxMessages: 100 } });
 * link.messages$.subscribe((message) => console.log(message.data));
 * link.send('hello'); // held until it is open
 * ```
 */
export function persistent<Context = undefined>(
  url: ClientUrl | Observable<Connection<Context>>,
  options: PersistentOptions<Context> = {},
): PersistentConnection<Context> {
  const hasUrl = !isObservable(url);
  checkPersistent(options, hasUrl);
  const resolved = resolvePersistent(options);
  return new PersistentClient(hasUrl ? connect(url, clientOptionsOf(options)) : url, resolved);
}
