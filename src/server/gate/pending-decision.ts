import type { Duplex } from 'node:stream';
import { from, type ObservableInput, type Subscription, take } from 'rxjs';
import type { Cancel, Clock } from '../../connection/clock.js';
import { TimeoutError } from '../../protocol/errors.js';
import { HeldSocket } from './held-socket.js';

/** What came of waiting: a value to be checked, an error, or nothing. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout'; readonly error: TimeoutError }
  | { readonly kind: 'closing' }
  | { readonly kind: 'left' };

/** What a {@link PendingDecision} is made of. */
export interface PendingParts {
  readonly socket: Duplex;
  readonly head: Uint8Array;
  readonly clock: Clock;
  /** The option's value, and what of it is left. */
  readonly limitMs: number;
  readonly leftMs: number;
  /** Called once, with the bytes that came until then. */
  onOutcome(outcome: Outcome, head: Uint8Array): void;
}

const LEFT: Outcome = { kind: 'left' };
const CLOSING: Outcome = { kind: 'closing' };

/**
 * Waits for the first value of what `authorize` gave, for `leftMs`, or until the client leaves: whichever is first is the outcome, and
 * what comes later is nobody's. What gives its value at once is not waited for, and leaves the socket alone.
 */
export class PendingDecision {
  readonly #parts: PendingParts;
  /** Unset while what gives its value at once does so. */
  #subscription: Subscription | undefined;
  #held: HeldSocket | undefined;
  #cancelTimeout: Cancel | undefined;
  #settled = false;

  constructor(parts: PendingParts) {
    this.#parts = parts;
  }

  /** @param source - What `authorize` gave. */
  begin(source: ObservableInput<unknown>): void {
    try {
      this.#subscription = from(source)
        .pipe(take(1))
        .subscribe({
          next: (value) => {
            this.#settle({ kind: 'value', value });
          },
          error: (error: unknown) => {
            this.#settle({ kind: 'error', error });
          },
          complete: () => {
            this.#settle({ kind: 'error', error: new TypeError('authorize gave no decision') });
          },
        });
    } catch (error) {
      this.#settle({ kind: 'error', error });
    }
    if (!this.#settled) this.#wait();
  }

  /** The server closes: nobody waits any longer. */
  cancel(): void {
    this.#settle(CLOSING);
  }

  #wait(): void {
    const { socket, head, clock, limitMs, leftMs } = this.#parts;
    this.#held = new HeldSocket(socket, head, () => {
      this.#settle(LEFT);
    });
    this.#cancelTimeout = clock.after(leftMs, () => {
      const text = `authorize did not decide in time: the opening handshake has ${String(limitMs)} ms`;
      const error = new TimeoutError(text, { option: 'handshakeTimeoutMs', limitMs });
      this.#settle({ kind: 'timeout', error });
    });
    if (socket.destroyed) this.#settle(LEFT);
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#cancelTimeout?.();
    const head = this.#held?.release() ?? this.#parts.head;
    this.#parts.onOutcome(outcome, head);
    this.#subscription?.unsubscribe();
  }
}
