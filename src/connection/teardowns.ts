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
  for (const teardown of [teardowns].flat()) {
    if (typeof teardown === 'function') teardown();
    else teardown.unsubscribe();
  }
}
