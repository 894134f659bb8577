import { EMPTY, Observable, type ObservableInput } from 'rxjs';
import { type Checks, checkOptions, ofType, wholeNumber } from '../../protocol/option-checks.js';
import { Unclaimed } from '../unclaimed.js';
import { EarlySubscriber } from '../early-subscriber.js';
import type { Link } from '../link.js';
import { Answering } from './answering.js';
import { type CallProtocol, checkProtocol } from './call-protocol.js';

/**
 * Answers one request. The first value is the reply, or every value where the protocol has many; nothing, or none, is a reply without a
 * value. A {@link ReplyError} tells the other side its `details`, any other error only that there was one.
 */
export type ReplyHandler<Request, Reply> = (
  request: Request,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a handler of notifications returns nothing
) => ObservableInput<Reply> | void;

/** What {@link reply} is told. */
export interface ReplyOptions<Request, Reply, In, Out> {
  /** How requests and replies look: {@link envelopes}, {@link jsonRpc}, or one of your own. */
  readonly protocol: CallProtocol<Request, Reply, In, Out>;
  /** Requests that are worked on at one time. Default 16. */
  readonly concurrency?: number;
  /** Requests that may wait behind these; one more is answered with an error. Default 1024. */
  readonly maxWaiting?: number;
  /**
   * Gets what a handler threw, unless it is a {@link ReplyError}, and what sending a reply threw. Default: the first is a warning on the
   * console.
   */
  readonly onError?: (error: unknown) => void;
}

const CHECKS: Checks = Object.freeze({
  protocol: ofType('object'),
  concurrency: wholeNumber(1),
  maxWaiting: wholeNumber(0),
  onError: ofType('function'),
});
const DEFAULT_CONCURRENCY = 16;
const DEFAULT_MAX_WAITING = 1024;

/**
 * Answers the requests that come over a link, while it is subscribed. Emits nothing.
 *
 *     messages$   --a-b--------|
 *     handler(a)    ^----A|
 *     handler(b)      ^-B|
 *     sent        -------BA----
 *     reply       -------------|
 *
 * Completes with `messages$`, when nobody is there for replies any more: handlers that still work are unsubscribed then, as they are on
 * unsubscribing and when the other side cancels. Errors with what the protocol throws at a message, and with what `onError` throws.
 *
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { serve } from 'rxwire';
 * import { json, jsonRpc, jsonRpcError, reply, typed } from 'rxwire/operators';
 *
 * serve((connection) => {
 *   const link = typed(connection, json());
 *   reply(link, async ({ method }) => {
 *     if (method === 'time') return Date.now();
 *     throw jsonRpcError(-32601, 'Method not found');
 *   }, { protocol: jsonRpc() }).subscribe();
 * }, { port: 9000 }).subscribe();
 * ```
 */
export function reply<Request, Reply, In, Out>(
  link: Link<In, Out>,
  handler: ReplyHandler<Request, Reply>,
  options: ReplyOptions<Request, Reply, NoInfer<In>, NoInfer<Out>>,
): Observable<never> {
  checkOptions(options, CHECKS);
  checkProtocol(options.protocol);
  const { protocol, concurrency = DEFAULT_CONCURRENCY, maxWaiting = DEFAULT_MAX_WAITING, onError } = options;
  return new Observable<never>((subscriber) => {
    const unclaimed = new Unclaimed();
    const answering = new Answering<Request, Reply, In, Out>({
      protocol,
      concurrency,
      maxWaiting,
      handler: (request) => handler(request) ?? EMPTY,
      send: (message) => {
        link.send(message);
      },
      onError: (error) => {
        if (onError === undefined) {
          unclaimed.report('a request could not be answered', 'the option onError', error);
        } else onError(error);
      },
      onFailure: (error) => {
        subscriber.error(error);
      },
    });
    const requests = new EarlySubscriber<In>({
      next: (message) => {
        answering.take(message);
      },
      error: (error) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    });
    subscriber.add(requests);
    subscriber.add(() => {
      answering.stop();
    });
    link.messages$.subscribe(requests);
  });
}
