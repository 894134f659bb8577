import { isObservable, Observable, of, share } from 'rxjs';
import { type Checks, checkOptions, ofType } from '../../protocol/option-checks.js';
import type { Message, Outgoing } from '../../protocol/message.js';
import { Unclaimed } from '../unclaimed.js';
import type { Link } from '../link.js';
import { type ChannelOptions, checkChannelOptions } from './channel-options.js';
import { ChannelSession } from './channel-session.js';

/** What {@link channels} is told. */
export interface ChannelsOptions<In> {
  /**
   * The key of the channel that a message is for, so that only this one's `select` sees it: worth it from a few dozen channels on.
   * Undefined for a message that is for none. Default: every channel sees every message.
   */
  readonly keyOf?: (message: In) => string | undefined;
  /**
   * Gets what making or sending an unsubscribe message throws: who could be told has left. Default: the first is a warning on the console.
   */
  readonly onError?: (error: unknown) => void;
}

/** The channels of one link, or of one after the other. */
export interface Channels<In = Message, Out = Outgoing> {
  /**
   * One channel, shared by all who subscribe to the same key: the first sends the subscribe message, the last to leave the
   * unsubscribe message. The messages are those of the options that came first; `select` is everybody's own. Bound.
   *
   * Errors with what its `subscribe` or `select` throws, and with what sending the subscribe message throws; other channels do not notice.
   *
   * @throws TypeError for wrong options.
   */
  readonly channel: <T>(key: string, options: ChannelOptions<T, In, Out>) => Observable<T>;
}

const CHECKS: Checks = Object.freeze({ keyOf: ofType('function'), onError: ofType('function') });

/**
 * Many channels over one connection, or over several in turn.
 *
 *     connections$  --c1-----------------c2----------
 *     channel('a')  ^-----a-----a--------------a-----
 *     channel('b')  ^---------b-------!
 *     sent on c1    (+a+b)-----------(-b)------------     + subscribe, - unsubscribe
 *     sent on c2                         +a----------
 *
 * Over an Observable of connections, such as one that reconnects, every channel that somebody listens to is subscribed again on each new
 * one, in the order the channels were begun; nothing else is sent again. In between, channels wait. An unsubscribe message goes only to a
 * connection that saw the subscribe message.
 *
 * The Observable is subscribed while somebody listens to a channel, and only once: with `connect()` the first listener dials, and the
 * last to leave closes. `messages$` of the connection is claimed once for all channels. They complete when the connections do and the
 * last one's messages have; they error when the connections do.
 *
 * @throws TypeError for wrong options.
 * @example
 * ```ts
 * import { connect } from 'rxwire';
 * import { channels } from 'rxwire/operators';
 *
 * const { channel } = channels(connect('ws://127.0.0.1:9000'));
 * const prices$ = channel('ACME', {
 *   subscribe: () => '+ACME',
 *   unsubscribe: () => '-ACME',
 *   select: ({ data }) => (String(data).startsWith('ACME ') ? Number(String(data).slice(5)) : undefined),
 * });
 * prices$.subscribe((price) => console.log(price));
 * ```
 */
export function channels<In, Out>(
  over: Link<In, Out> | Observable<Link<In, Out>>,
  options: ChannelsOptions<NoInfer<In>> = {},
): Channels<In, Out> {
  checkOptions(options, CHECKS);
  const { keyOf, onError = warnOnce() } = options;
  const connections$ = isObservable(over) ? over : of(over);
  // One subscription of the connections: whoever comes after its end gets another.
  let session: ChannelSession<In, Out> | undefined;
  const onEnd = (): void => {
    session = undefined;
  };
  return {
    channel: <T>(key: string, channelOptions: ChannelOptions<T, In, Out>): Observable<T> => {
      checkChannelOptions(key, channelOptions);
      return new Observable<T>((subscriber) => {
        session ??= new ChannelSession<In, Out>({ connections$, keyOf, onError, onEnd });
        session.join(key, channelOptions, subscriber);
      }).pipe(share());
    },
  };
}

function warnOnce(): (error: unknown) => void {
  const unclaimed = new Unclaimed();
  return (error) => {
    unclaimed.report('an unsubscribe message could not be sent', 'the option onError', error);
  };
}
