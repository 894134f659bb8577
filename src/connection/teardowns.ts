import type { Unsubscribable } from 'rxjs';

/** What is done when a connection has closed. */
export type Teardown = Unsubscribable | (() => void);

/** None, one, or several: most connections have one. */
export type Teardowns = Teardown | readonly Teardown[] | undefined;

/** Those, and one more. */
export function withTeardown(teardowns: Teardowns, teardown: Teardown): Teardowns {
  return teardowns === undefined ? teardown : [teardowns, teardown].flat();
}

/** Does what is to be done. */
export function tearDown(teardowns: Teardowns): void {
  if (teardowns === undefined) return;
  if (typeof teardowns === 'function') teardowns();
  else if ('unsubscribe' in teardowns) teardowns.unsubscribe();
  else teardowns.forEach(tearDown);
}
