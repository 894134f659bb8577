import { Subscriber, Subscription, type TeardownLogic, type Unsubscribable } from 'rxjs';

/**
 * The one place where this library subclasses rxjs's Subscriber, as what is on the hot path must: a plain observer
 * costs several times as much a value. Subclasses override `_next`, `_error` and `_complete`.
 *
 * The first teardown has a slot of its own: rxjs keeps them in an array that has room for seventeen from the first
 * on, and every idle connection has a few of these subscribers.
 */
export abstract class KeptSubscriber<In> extends Subscriber<In> {
  #teardown: Unsubscribable | (() => void) | undefined;

  /** @param destination - Whose unsubscribing ends this one too. */
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- it is where the next line can be said once
  constructor(destination?: Subscriber<never>) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS 7 has no other way to write one
    super(destination);
  }

  override add(teardown: TeardownLogic): void {
    if (this.#teardown === undefined && !this.closed && hasNoParents(teardown)) this.#teardown = teardown;
    else super.add(teardown);
  }

  override remove(teardown: Exclude<TeardownLogic, void>): void {
    if (this.#teardown === teardown) this.#teardown = undefined;
    else super.remove(teardown);
  }

  override unsubscribe(): void {
    if (this.closed) return;
    super.unsubscribe();
    // On a destination that is closed already rxjs calls this from its own constructor: there is nothing to let go of yet.
    if (!(#teardown in this)) return;
    const teardown = this.#teardown;
    this.#teardown = undefined;
    if (typeof teardown === 'function') teardown();
    else teardown?.unsubscribe();
  }
}

/** Whether nothing is lost when rxjs does not know the teardown: other Subscriptions leave their parents when they end. */
function hasNoParents(teardown: TeardownLogic): teardown is Unsubscribable | (() => void) {
  if (typeof teardown === 'function') return true;
  if (typeof teardown !== 'object') return false;
  return teardown instanceof KeptSubscriber || !(teardown instanceof Subscription);
}
