import type { Subscriber, Unsubscribable } from 'rxjs';
import type { MessageStream } from '../operators/streams/message-stream.js';
import { ReceivedStream } from '../operators/streams/received-stream.js';
import type { Message } from '../protocol/message.js';
import { type Claim, type ClaimHolder, NOTHING } from './claim.js';
import type { StreamHolds } from './stream-holds.js';

/** A subscriber of `streams$`: messages as they arrive. What it does not read of them is held by each. */
export class StreamClaim implements Claim, Unsubscribable {
  readonly takes = 'parts';
  readonly drained = true;
  readonly #subscriber: Subscriber<MessageStream>;
  readonly #holds: StreamHolds;
  readonly #holder: ClaimHolder;
  /** Whether it has had the message that comes next already, part by part. */
  #hadParts = false;

  constructor(subscriber: Subscriber<MessageStream>, holds: StreamHolds, holder: ClaimHolder) {
    this.#subscriber = subscriber;
    this.#holds = holds;
    this.#holder = holder;
  }

  /**
   * @param whole - Whether the message comes whole as well.
   * @returns undefined when the subscriber has left: while the message was being given to others.
   */
  begin(text: boolean, transformed: boolean, whole: boolean): ReceivedStream | undefined {
    if (this.#subscriber.closed) return undefined;
    const stream = this.#holds.stream((hold) => new ReceivedStream(text, transformed, hold));
    this.#hadParts = whole;
    this.#subscriber.next(stream);
    return stream;
  }

  /** A message that had begun before this claim. */
  offer(message: Message<string | Uint8Array>): void {
    if (this.#subscriber.closed) return;
    if (this.#hadParts) this.#hadParts = false;
    else this.#subscriber.next(this.#holds.stream((hold) => ReceivedStream.of(message, hold)));
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
