import type { Observable } from 'rxjs';
import type { CloseInfo } from '../protocol/closing-handshake.js';

/**
 * Whatever messages come from and go to: a `Connection` is a `Link<Message, Outgoing>`, what {@link typed} makes of it a link of your
 * own types.
 */
export interface Link<In, Out> {
  /** Whole messages. Subscribing claims them; completes when no more will come. */
  readonly messages$: Observable<In>;
  /** Sends at once. False when the other side is slow, or when the link is no longer open and nothing was sent. */
  send(message: Out): boolean;
  /** How it ended: one value, replayed. Without it, the end of `messages$` is all that is known. */
  readonly closed$?: Observable<CloseInfo> | undefined;
}
