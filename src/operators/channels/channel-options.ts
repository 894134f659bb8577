import { type Checks, checkOptions, ofType } from '../../protocol/option-checks.js';
import type { Message, Outgoing } from '../../protocol/message.js';

/** What a channel says and hears. */
export interface ChannelOptions<T, In = Message, Out = Outgoing> {
  /** The message that asks the other side for the channel. Sent on every connection, once, while somebody listens. */
  subscribe(): Out;
  /** The message that ends it. Default: none is sent. */
  unsubscribe?(): Out;
  /** What a message says to this channel; undefined for a message that is not the channel's. */
  select(message: In): T | undefined;
}

const CHECKS: Checks = Object.freeze({
  subscribe: ofType('function'),
  unsubscribe: ofType('function'),
  select: ofType('function'),
});

/** @throws TypeError that names the option. */
export function checkChannelOptions(key: unknown, options: ChannelOptions<unknown, never, unknown>): void {
  if (typeof key !== 'string') {
    throw new TypeError(`the key of a channel is of type ${typeof key}, expected a string`);
  }
  checkOptions(options, CHECKS);
  for (const name of ['subscribe', 'select'] as const) {
    if ((options[name] as unknown) === undefined) {
      throw new TypeError(`option ${name} is missing, expected a function`);
    }
  }
}
