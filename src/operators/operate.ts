import type { Subscriber } from 'rxjs';
import { OperatorSubscriber } from './operator-subscriber.js';

/** What an operator does with each notification; what is left out passes through. */
export interface Operation<In, Out> {
  readonly destination: Subscriber<Out>;
  readonly next: (value: In) => void;
  readonly complete?: () => void;
  /** Called once, however it ends: to let go of what is held. */
  readonly finalize?: () => void;
}

/**
 * Makes the subscriber of an operator, in the shape RxJS 8 has for it. What a callback throws becomes the error
 * notification, and a source that is synchronous stops when the destination has had enough.
 */
export function operate<In, Out>(operation: Operation<In, Out>): Subscriber<In> {
  return new OperateSubscriber(operation);
}

class OperateSubscriber<In, Out> extends OperatorSubscriber<In, Out> {
  readonly #operation: Operation<In, Out>;

  constructor(operation: Operation<In, Out>) {
    super(operation.destination);
    this.#operation = operation;
    if (operation.finalize !== undefined) this.add(operation.finalize);
  }

  protected override take(value: In): void {
    this.#operation.next(value);
  }

  protected override _complete(): void {
    if (this.#operation.complete === undefined) {
      super._complete();
      return;
    }
    try {
      this.#operation.complete();
    } catch (error) {
      this.downstream.error(error);
    }
    this.unsubscribe();
  }
}
