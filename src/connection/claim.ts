import type { Subscriber, Unsubscribable } from 'rxjs';
import type { Message } from '../protocol/message.js';
import type { EndError } from './end-error.js';
import type { Kept } from './receive-window.js';

type AnyMessage = Message<string | Uint8Array>;

/** Somebody who takes messages. */
export interface Claim {
  /** Messages whole, or part by part; or it wants none. */
  readonly takes: 'whole' | 'parts' | 'nothing';
  /** Whether nothing is kept for it. */
  readonly drained: boolean;
  offer(message: AnyMessage): void;
  /** No more messages come; `end` makes the error for those who asked to fail. */
  finish(end: EndError): void;
  /** Drops what is kept for it, and tells how many messages that was. */
  cut(): number;
}

/** What claims are made on. */
export interface ClaimHolder {
  /** The claim takes no more; what it has not started goes back to what is kept, if nobody else takes messages. */
  leave(claim: Claim, unstarted: readonly Kept[]): void;
}

/** What a claim that keeps nothing gives back. */
export const NOTHING: readonly Kept[] = Object.freeze([]);

/** A subscriber of `messages$`. It is called on the socket's own stack, so nothing is ever kept for it. */
export class SubscriberClaim implements Claim, Unsubscribable {
  readonly #subscriber: Subscriber<AnyMessage>;
  readonly #holder: ClaimHolder;

  constructor(subscriber: Subscriber<AnyMessage>, holder: ClaimHolder) {
    this.#subscriber = subscriber;
    this.#holder = holder;
  }

  get takes(): 'whole' {
    return 'whole';
  }

  get drained(): boolean {
    return true;
  }

  offer(message: AnyMessage): void {
    this.#subscriber.next(message);
  }

  finish(): void {
    this.#subscriber.complete();
  }

  cut(): number {
    return 0;
  }

  unsubscribe(): void {
    this.#holder.leave(this, NOTHING);
  }
}

/** Takes every message and drops it. */
export class DiscardClaim implements Claim {
  readonly takes = 'nothing';
  readonly drained = true;
  readonly offer: () => void;

  /** @param onMessage - Called for every message, to count it. */
  constructor(onMessage: () => void) {
    this.offer = onMessage;
  }

  finish(): void {
    // Nobody waits.
  }

  cut(): number {
    return 0;
  }
}
