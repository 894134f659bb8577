import type { Unsubscribable } from 'rxjs';
import { safely } from './safely.js';

/** What is done when a connection has closed. */
export type Teardown = Unsubscribable | (() => void);

/** None, one, or several: most connections have one. */
export type Teardowns = Teardown | readonly Teardown[] | undefined;

/** Those, and one more. */
export function withTeardown(teardowns: Teardowns, teardown: Teardown): Teardowns {
  return teardowns === undefined ? teardown : [teardowns, teardown].flat();
}

/** Does what is to be done; what one of them throws keeps none of the others from it. */
export function tearDown(teardowns: Teardowns): void {
  if (teardowns === undefined) return;
  if (typeof teardowns === 'function') safely(teardowns);
  else if ('unsubscribe' in teardowns) unsubscribe(teardowns);
  else teardowns.forEach(tearDown);
}

function unsubscribe(subscription: Unsubscribable): void {
  safely(() => {
    subscription.unsubscribe();
  });
}
