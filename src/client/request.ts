import { defer, firstValueFrom, mergeMap, Observable } from 'rxjs';
import { clockOf } from '../connection/clock.js';
import type { Connection } from '../connection/connection.js';
import { ConnectionClosedError } from '../protocol/connection-closed-error.js';
import { TimeoutError } from '../protocol/errors.js';
import type { Message, Outgoing } from '../protocol/message.js';
import { type Checks, checkOptions, milliseconds } from '../protocol/option-checks.js';
import { preparedOf } from '../protocol/outgoing.js';
import { type ClientUrl, connect } from './connect.js';
import { CLIENT_CHECKS, type ClientOptions } from './options.js';

/** How a client asks for one message, and closes. */
export interface RequestOptions<Context = undefined> extends ClientOptions<Context> {
  /** Milliseconds for the reply, from when the connection is open. Default 10 000. */
  readonly replyTimeoutMs?: number;
}

const CHECKS: Checks = Object.freeze({ ...CLIENT_CHECKS, replyTimeoutMs: milliseconds });
const DEFAULT_REPLY_TIMEOUT_MS = 10_000;

/**
 * Opens a connection, sends one message, takes the first one that comes, and closes with 1000. It does not wait for the end of the closing handshake.
 *
 * @throws (as rejection) HandshakeError when it does not open; ConnectionClosedError when it ends without a message, by an ordinary close, too;
 * TimeoutError after `replyTimeoutMs`; the reason of `signal`; TypeError or RangeError for wrong options, and for what cannot be sent.
 * @example
 * ```ts
 * import { request } from 'rxwire';
 *
 * const { data } = await request('ws://127.0.0.1:9000', 'hello');
 * console.log(data); // hello
 * ```
 */
export function request<Context = undefined>(
  url: ClientUrl,
  message: Outgoing,
  options: RequestOptions<Context> = {},
): Promise<Message> {
  const reply$ = defer(() => {
    checkOptions(options, CHECKS);
    // What cannot be sent opens nothing.
    preparedOf(message);
    const { replyTimeoutMs = DEFAULT_REPLY_TIMEOUT_MS, ...rest } = options;
    return connect<Context>(url, rest as ClientOptions<Context>).pipe(
      mergeMap((connection) => replyOf(connection, message, replyTimeoutMs, options)),
    );
  });
  return firstValueFrom(reply$);
}

function replyOf(
  connection: Connection<unknown>,
  message: Outgoing,
  limitMs: number,
  { scheduler }: Pick<ClientOptions, 'scheduler'>,
): Observable<Message> {
  return new Observable((subscriber) => {
    const late = clockOf(scheduler).after(limitMs, () => {
      const text = `no message came within ${String(limitMs)} ms`;
      subscriber.error(new TimeoutError(text, { option: 'replyTimeoutMs', limitMs }));
    });
    subscriber.add(late);
    const ended = (): void => {
      connection.closed$.subscribe((info) => {
        subscriber.error(new ConnectionClosedError(info));
      });
    };
    const next = (reply: Message): void => {
      subscriber.next(reply);
    };
    // What comes until the peer has closed, too, is nobody's.
    subscriber.add(() => {
      connection.discard();
    });
    subscriber.add(connection.messages$.subscribe({ next, complete: ended }));
    connection.send(message);
  });
}
