import { defer, take, throwIfEmpty } from 'rxjs';
import type { Subscriber, Subscription } from 'rxjs';
import type { Clock } from '../connection/clock.js';
import { HandshakeError, TimeoutError, WebSocketError } from '../protocol/errors.js';
import { type Given, givenValues } from './given-value.js';

/** How long it may take, and by which clock. */
export interface AskingLimit {
  readonly limitMs: number;
  readonly clock: Clock;
}

/**
 * Asks a function for a URL and dials the first that it gives. What goes wrong is an error of `subscriber`, as it is; a function that gives
 * nothing in time is one that may be tried again.
 */
export function askUrl(
  url: () => Given<string | URL>,
  dial: (url: string | URL) => void,
  subscriber: Subscriber<unknown>,
  { limitMs, clock }: AskingLimit,
): Subscription {
  const late = clock.after(limitMs, () => {
    const text = `the URL function gave no URL within ${String(limitMs)} ms`;
    const cause = new TimeoutError(text, { option: 'handshakeTimeoutMs', limitMs });
    subscriber.error(new HandshakeError(text, { phase: 'dns', cause, code: 'RXWIRE_HANDSHAKE_TIMEOUT' }));
  });
  const asked = defer(() => givenValues(url())).pipe(
    take(1),
    throwIfEmpty(() => new WebSocketError('RXWIRE_NO_URL', 'the URL function gave no URL')),
  );
  const asking = asked.subscribe({
    next: (value) => {
      late();
      try {
        dial(value);
      } catch (error) {
        subscriber.error(error);
      }
    },
    error: (error) => {
      subscriber.error(error);
    },
  });
  asking.add(late);
  return asking;
}
