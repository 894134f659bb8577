import { type ErrorCode, WebSocketError } from '../protocol/errors.js';

/** A message that is sent frame by frame was used in the wrong order, or given up. */
export class SinkError extends WebSocketError {
  static override readonly brand: string = 'SinkError';

  constructor(message: string, code: ErrorCode = 'RXWIRE_SINK') {
    super(code, message);
  }
}
