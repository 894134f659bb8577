import { WebSocketError } from '../../protocol/errors.js';

/**
 * A request was answered with an error. On the side that asks it is what the request fails with; thrown by the side that answers, its
 * `details` are what the other side is told.
 */
export class ReplyError extends WebSocketError {
  static override readonly brand: string = 'ReplyError';
  readonly #details: unknown;

  constructor(details: unknown, message = 'the request was answered with an error') {
    super('RXWIRE_REPLY', message);
    this.#details = details;
  }

  /** What the answer said. It is the other side's, so it is not printed with the error. */
  get details(): unknown {
    return this.#details;
  }
}
