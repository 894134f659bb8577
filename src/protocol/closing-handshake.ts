import { type CloseStatus, NO_STATUS } from './close-status.js';

/** Who ended the connection: this side, the peer, or the transport under both. */
export type CloseInitiator = 'local' | 'remote' | 'transport';

/** How a connection ended. */
export interface CloseInfo {
  /** As received: 1005 for a Close frame without a code, 1006 when none came. RFC 6455 section 7.1.5. */
  readonly code: number;
  /** As received, else empty. */
  readonly reason: string;
  /** Whether both Close frames were exchanged, whatever their codes. */
  readonly wasClean: boolean;
  readonly initiator: CloseInitiator;
  /** What this side's Close frame said, if one was sent. */
  readonly sent?: CloseStatus;
  /** What the peer's Close frame said, if one came. */
  readonly received?: CloseStatus;
  /** What went wrong, if something did. */
  readonly cause?: Error;
}

/** Where a connection is between its opening handshake and its end. */
export type ConnectionState = 'open' | 'closing' | 'closed';

/** How this side answers the peer's Close frame: with the same code and reason, or with 1000. */
export type CloseReply = 'echo' | 'normal';

/**
 * The closing handshake, RFC 6455 section 7: each side sends one Close frame, and nothing after it.
 *
 * Its methods say what happened; what they return is what is to be done.
 */
export class ClosingHandshake {
  state: ConnectionState = 'open';
  #sent: CloseStatus | undefined;
  #received: CloseStatus | undefined;
  #initiator: CloseInitiator | undefined;
  #cause: Error | undefined;

  /** What this side's Close frame said, once it was sent. */
  get sent(): CloseStatus | undefined {
    return this.#sent;
  }

  /** What the peer's Close frame said, once it came. */
  get received(): CloseStatus | undefined {
    return this.#received;
  }

  /** Whether both Close frames have been exchanged. */
  get complete(): boolean {
    return this.#sent !== undefined && this.#received !== undefined;
  }

  /** This side closes. Returns the status to send, or undefined when closing has begun already. */
  close(status: CloseStatus): CloseStatus | undefined {
    if (this.state !== 'open') return undefined;
    this.#begin('local');
    this.#sent = status;
    return status;
  }

  /**
   * This side fails the connection, because of the peer unless `initiator` says otherwise. Section 7.1.7. Returns
   * the status to send, or undefined when this side's Close frame is gone already.
   */
  fail(status: CloseStatus, cause: Error, initiator: CloseInitiator = 'local'): CloseStatus | undefined {
    this.#cause ??= cause;
    if (this.state === 'closed') return undefined;
    this.#begin(initiator);
    if (this.#sent !== undefined) return undefined;
    this.#sent = status;
    return status;
  }

  /** The peer's Close frame came. Returns the status to reply with, or undefined when none is due. */
  receive(status: CloseStatus, reply: CloseReply): CloseStatus | undefined {
    if (this.#received !== undefined || this.state === 'closed') return undefined;
    this.#received = status;
    this.#begin('remote');
    if (this.#sent !== undefined) return undefined;
    this.#sent = reply === 'echo' || status === NO_STATUS ? status : { code: 1000, reason: '' };
    return this.#sent;
  }

  /** This side gives the transport up without a Close frame, because of `cause` if that is given. */
  abandon(cause?: Error): void {
    if (cause !== undefined) this.#cause ??= cause;
    this.#begin('local');
  }

  /** The transport ends, or something else goes wrong, before the handshake is complete. */
  lost(cause: Error | undefined): void {
    if (cause !== undefined && !this.complete) this.#cause ??= cause;
    this.#begin('transport');
  }

  /** The transport is gone, or is given up. Returns how the connection ended; only the first call counts. */
  end(cause?: Error): CloseInfo {
    this.lost(cause);
    this.state = 'closed';
    return {
      code: this.#received?.code ?? 1006,
      reason: this.#received?.reason ?? '',
      wasClean: this.complete,
      initiator: this.#initiator ?? 'transport',
      ...(this.#sent && { sent: this.#sent }),
      ...(this.#received && { received: this.#received }),
      ...(this.#cause && { cause: this.#cause }),
    };
  }

  #begin(initiator: CloseInitiator): void {
    if (this.state !== 'open') return;
    this.state = 'closing';
    this.#initiator = initiator;
  }
}
