import {
  ClosingHandshake,
  type CloseInfo,
  type CloseReply,
  type ConnectionState,
} from '../protocol/closing-handshake.js';
import { type CloseStatus, truncateReason } from '../protocol/close-status.js';
import { closeCodeFor, TimeoutError, WebSocketError } from '../protocol/errors.js';
import type { Role } from '../protocol/opcodes.js';
import type { Transport } from '../transport/transport.js';
import type { Cancel, Clock } from './clock.js';

/** What a {@link Closer} asks of its connection. */
export interface CloserOwner {
  /** Sends a Close frame; it is the last frame. */
  sendClose(status: CloseStatus): void;
  /** Ends this side of the transport, behind everything sent. */
  endTransport(): void;
  destroyTransport(): void;
  readonly transport: Pick<Transport, 'multiplexed'>;
  /** Whether what the peer says cannot be seen yet because of those who take messages. */
  readonly draining: boolean;
  onState(state: ConnectionState): void;
  onClosed(info: CloseInfo): void;
}

/** What becomes of a connection whose peer breaks a rule. */
export type OnViolation = 'close' | 'drop';

/** The times and ways a {@link Closer} closes by. */
export interface CloserProfile {
  readonly role: Role;
  readonly clock: Clock;
  readonly options: {
    readonly closeTimeoutMs: number;
    readonly dropTimeoutMs: number;
    readonly drainTimeoutMs: number;
    readonly closeReply: CloseReply;
    readonly onViolation: OnViolation;
  };
}

/**
 * Brings a connection to its end: the closing handshake, then the transport's, the server's side first, each step within its time.
 * RFC 6455 sections 7.1.1 and 7.1.7.
 */
export class Closer {
  readonly #owner: CloserOwner;
  readonly #profile: CloserProfile;
  readonly #handshake: ClosingHandshake = new ClosingHandshake();
  #cancel: Cancel | undefined;
  #asked = false;
  #extended = false;

  constructor(owner: CloserOwner, profile: CloserProfile) {
    this.#owner = owner;
    this.#profile = profile;
  }

  get state(): ConnectionState {
    return this.#handshake.state;
  }

  /** Whether this side asked for the end, by `close` or `terminate`, before anything else began it. */
  get asked(): boolean {
    return this.#asked;
  }

  /** This side wants to close. */
  close(status: CloseStatus): void {
    const due = this.#handshake.close(status);
    if (due === undefined) return;
    this.#asked = true;
    this.#owner.sendClose(due);
    const { closeTimeoutMs } = this.#profile.options;
    this.#destroyAfter(closeTimeoutMs, 'closeTimeoutMs', 'peer did not answer the Close frame');
    this.#owner.onState('closing');
  }

  /** The peer's Close frame came. */
  received(status: CloseStatus): void {
    const reply = this.#handshake.receive(status, this.#profile.options.closeReply);
    if (reply !== undefined) this.#owner.sendClose(reply);
    if (!this.#handshake.complete) return;
    this.#disconnect();
    if (reply !== undefined) this.#owner.onState('closing');
  }

  /** The peer broke a rule, after which nothing more of it is read. What comes in answer to a Close frame is not worth another. */
  violated(error: Error, code?: number): void {
    if (this.state === 'open' && this.#profile.options.onViolation === 'close') this.fail(error, code);
    else this.#abandon(error);
  }

  /** The connection has had its time: closes it, and gives the peer the time to answer, though nobody asked for the end. */
  expire(error: TimeoutError, code: number): void {
    const due = this.#handshake.fail({ code, reason: truncateReason(error.message) }, error);
    if (due === undefined) return;
    this.#owner.sendClose(due);
    const { closeTimeoutMs } = this.#profile.options;
    this.#destroyAfter(closeTimeoutMs, 'closeTimeoutMs', 'peer did not answer the Close frame');
    this.#owner.onState('closing');
  }

  /** The connection cannot go on: says so, and ends the transport. */
  fail(error: Error, code: number = closeCodeFor(error)): void {
    const begun = this.state !== 'open';
    // What went wrong on this side is not the peer's to know.
    const reason = error instanceof WebSocketError ? truncateReason(error.message) : '';
    const status = { code, reason };
    const due = this.#handshake.fail(status, error);
    if (due !== undefined) this.#owner.sendClose(due);
    this.#owner.endTransport();
    this.#destroyAfter(this.#profile.options.dropTimeoutMs);
    if (!begun) this.#owner.onState('closing');
  }

  /** The peer is lost: writes a Close frame if that is possible still, and destroys the transport. */
  lose(error: Error): void {
    if (this.state === 'closed') return;
    const begun = this.state !== 'open';
    const due = this.#handshake.fail(
      { code: 1011, reason: truncateReason(error.message) },
      error,
      'transport',
    );
    if (due !== undefined) this.#owner.sendClose(due);
    this.#owner.destroyTransport();
    if (!begun) this.#owner.onState('closing');
  }

  /** This side gives up at once. */
  terminate(): void {
    if (this.state === 'open') this.#asked = true;
    this.#abandon();
  }

  /** No more bytes come: the peer has ended its side, or the transport is lost. */
  inputEnded(error: Error | undefined): void {
    if (this.state === 'closed') return;
    const begun = this.state !== 'open';
    this.#handshake.lost(error);
    this.#owner.endTransport();
    this.#destroyAfter(this.#profile.options.dropTimeoutMs);
    if (!begun) this.#owner.onState('closing');
  }

  /** The transport is gone and everything that came has been decoded. */
  transportClosed(error: Error | undefined): void {
    if (this.state === 'closed') return;
    this.#cancel?.();
    this.#cancel = undefined;
    const info = this.#handshake.end(error);
    this.#owner.onState('closed');
    this.#owner.onClosed(info);
  }

  #abandon(error?: Error): void {
    if (this.state === 'closed') return;
    const begun = this.state !== 'open';
    this.#handshake.abandon(error);
    this.#owner.destroyTransport();
    if (!begun) this.#owner.onState('closing');
  }

  /** Both Close frames are exchanged. The server ends the transport; a client waits for that, for a while. */
  #disconnect(): void {
    const { role, options } = this.#profile;
    const { closeTimeoutMs, dropTimeoutMs } = options;
    if (role === 'server') {
      this.#owner.endTransport();
      this.#destroyAfter(this.#owner.transport.multiplexed === true ? dropTimeoutMs : closeTimeoutMs);
      return;
    }
    this.#arm(dropTimeoutMs, () => {
      this.#owner.endTransport();
      this.#destroyAfter(dropTimeoutMs);
    });
  }

  #destroyAfter(limitMs: number, option?: string, what = ''): void {
    this.#arm(limitMs, () => {
      if (option !== undefined && this.#owner.draining && !this.#extended) {
        // It is this side that does not look yet: those who take messages have a while longer.
        this.#extended = true;
        this.#destroyAfter(this.#profile.options.drainTimeoutMs, option, what);
        return;
      }
      if (option !== undefined) {
        this.#handshake.lost(new TimeoutError(`${what} within ${String(limitMs)} ms`, { option, limitMs }));
      }
      this.#owner.destroyTransport();
    });
  }

  #arm(delayMs: number, task: () => void): void {
    this.#cancel?.();
    this.#cancel = this.#profile.clock.after(delayMs, task);
  }
}
