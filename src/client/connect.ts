import type { Duplex } from 'node:stream';
import { Observable, type Subscriber } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { onAbort } from '../connection/on-abort.js';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import { OpeningHandshake } from './opening-handshake.js';
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from './options.js';
import { askedTarget } from './asked-target.js';
import { askUrl } from './asked-url.js';
import type { Given } from './given-value.js';
import { withSignal } from './signal-of.js';

/**
 * Where to connect: a URL, or a function that is asked for one at every subscription (for a fresh token), and gives it or an Observable, promise or
 * iterable of it, of which the first is taken. It has `handshakeTimeoutMs`.
 */
export type ClientUrl = string | URL | (() => Given<string | URL>);

/**
 * A connection as a cold resource: subscribing dials, and emits the open {@link Connection}.
 *
 *     connect  ---c--------|      ended by this side, or by the peer with 1000 or without a code
 *     connect  ---c--------#      ConnectionClosedError: another code, a violation, the transport lost
 *     connect  ---#               HandshakeError: it did not open
 *
 * Unsubscribing before it is open aborts the dial; after, it closes with 1000 and destroys the transport after `closeTimeoutMs`. So
 * `firstValueFrom(connect(url))` closes at once: that is what {@link openConnection} is for.
 *
 * @throws TypeError or RangeError for an option that is unknown or out of range, and for a wrong URL.
 * @example
 * ```ts
 * import { switchMap } from 'rxjs';
 * import { connect } from 'rxwire';
 *
 * connect('ws://127.0.0.1:9000')
 *   .pipe(switchMap((connection) => connection.messages$))
 *   .subscribe((message) => console.log(message.data));
 * ```
 */
export function connect<Context = undefined>(
  url: ClientUrl,
  options: ClientOptions<Context> = {},
): Observable<Connection<Context>> {
  const resolved = resolveClientOptions(options);
  if (typeof url !== 'function') askedTarget(url, resolved);
  // A URL can be changed before it is dialled.
  const asked = url instanceof URL ? url.href : url;
  const connection$ = dialed<Context>(asked, resolved, (connection, subscriber) => {
    subscriber.add(() => {
      connection.close();
    });
    connection.whenDone(() => {
      const { error } = connection;
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    });
    subscriber.next(connection);
    connection.start();
  });
  return withSignal(connection$, resolved.signal);
}

/**
 * Opens a connection that is its caller's to close.
 *
 * @throws (as rejection) HandshakeError when it does not open; TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { openConnection } from 'rxwire';
 *
 * await using connection = await openConnection('ws://127.0.0.1:9000');
 * connection.send('hello');
 * ```
 */
export function openConnection<Context = undefined>(
  url: ClientUrl,
  options: ClientOptions<Context> = {},
): Promise<Connection<Context>> {
  return new Promise((resolve, reject) => {
    opening(url, resolveClientOptions(options)).subscribe({ next: resolve, error: reject });
  });
}

/**
 * The open connection, which is its subscriber's to close. Unsubscribing before it is open aborts the opening handshake.
 *
 * @param socket - What to open it on. Default: the URL is dialled.
 */
export function opening<Context>(
  url: ClientUrl,
  options: ResolvedClientOptions<Context>,
  socket?: Duplex,
): Observable<Connection<Context>> {
  const onOpen = (
    connection: WebSocketConnection<Context>,
    subscriber: Subscriber<Connection<Context>>,
  ): void => {
    closeOnAbort(options.signal, connection);
    subscriber.next(connection);
    subscriber.complete();
    connection.start();
  };
  return dialed(url, options, onOpen, socket);
}

/** Dials when it is subscribed; what is emitted, and when it ends, is up to `onOpen`. */
function dialed<Context>(
  url: ClientUrl,
  options: ResolvedClientOptions<Context>,
  onOpen: (connection: WebSocketConnection<Context>, subscriber: Subscriber<Connection<Context>>) => void,
  socket?: Duplex,
): Observable<Connection<Context>> {
  return new Observable((subscriber) => {
    abortWith(options.signal, subscriber);
    if (subscriber.closed) return;
    const dial = (target: string | URL): void => {
      const observer = {
        onOpen: (connection: WebSocketConnection<Context>) => {
          // It is over, and nothing of it is kept for as long as the connection lives.
          subscriber.remove(abort);
          onOpen(connection, subscriber);
        },
        onError: (error: Error) => {
          subscriber.error(error);
        },
      };
      const handshake = new OpeningHandshake(askedTarget(target, options), options, observer, socket);
      const abort = (): void => {
        handshake.abort();
      };
      subscriber.add(abort);
      handshake.begin();
    };
    if (typeof url !== 'function') {
      dial(url);
      return;
    }
    const limit = { limitMs: options.handshakeTimeoutMs, clock: options.profile.clock };
    subscriber.add(askUrl(url, dial, subscriber, limit));
  });
}

/** Ends the subscription with the signal's reason. */
function abortWith(signal: AbortSignal | undefined, subscriber: Subscriber<unknown>): void {
  if (signal === undefined) return;
  const leave = onAbort(signal, (reason) => {
    subscriber.error(reason);
  });
  subscriber.add(leave);
}

function closeOnAbort<Context>(
  signal: AbortSignal | undefined,
  connection: WebSocketConnection<Context>,
): void {
  if (signal === undefined) return;
  const leave = onAbort(signal, () => {
    connection.close();
  });
  connection.whenClosed(leave);
}
