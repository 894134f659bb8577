import { decodeWith } from '../operators/decode-messages.js';
import { type CloseStatus, closePayload, parseClose } from '../protocol/close-status.js';
import type { CloseInfo, ConnectionState } from '../protocol/closing-handshake.js';
import { ConnectionClosedError } from '../protocol/connection-closed-error.js';
import {
  ExtensionError,
  LimitError,
  ProtocolError,
  type TimeoutError,
  TRUNCATED,
} from '../protocol/errors.js';
import type { BoundExtensions } from '../protocol/extensions/bound.js';
import type { InboundExtensions } from '../protocol/extensions/inbound.js';
import type { PartSink } from '../protocol/message-parts.js';
import { Opcode } from '../protocol/opcodes.js';
import type { Transport, TransportListener } from '../transport/transport.js';
import type { Cancel, Clock } from './clock.js';
import { Closer, type CloserOwner } from './closer.js';
import { Inbox, type InboxOwner } from './inbox.js';
import { DEFAULT_KEEP_ALIVE, KeepAlive, type KeepAliveOwner, type ResolvedKeepAlive } from './keep-alive.js';
import { PingAnswerer } from './ping-answerer.js';
import { Pinger } from './pinger.js';
import type { ConnectionProfile } from './profile.js';
import { Hold, type Pump, type PumpOwner } from './pump.js';
import { pumpFor } from './pump-for.js';
import type { Turns } from './turns.js';
import { UnreadReminder } from './unread-reminder.js';
import { WayOut, type WayOutOwner } from './way-out.js';

/** What a {@link ConnectionCore} tells the connection it is the inside of. */
export interface CoreObserver {
  onState(state: ConnectionState): void;
  onClosed(info: CloseInfo, asked: boolean): void;
  /** Everything that was kept has been taken: nothing more happens. */
  onDone(): void;
  onPing(payload: Uint8Array): void;
  onPong(payload: Uint8Array, roundTripMs: number | undefined): void;
  log(level: 'warn' | 'error', message: string, error?: unknown): void;
  /** What iterators throw after this end, if they do. */
  endError(info: CloseInfo): Error | undefined;
}

/**
 * The inside of a connection: one transport wired to the protocol, with what holds it back, what keeps it alive and what ends it.
 */
export class ConnectionCore
  implements InboxOwner, PumpOwner, CloserOwner, WayOutOwner, KeepAliveOwner, TransportListener
{
  readonly profile: ConnectionProfile;
  readonly transport: Transport;
  readonly pump: Pump;
  readonly inbox: Inbox;
  readonly out: WayOut;
  /** Whether reading stops while what this side sends does not get away. */
  readsWhileBlocked = true;
  readonly #observer: CoreObserver;
  /** Made when the end begins. */
  #closer: Closer | undefined;
  readonly #extensions: InboundExtensions | undefined;
  #answerer: PingAnswerer | undefined;
  #pinger: Pinger | undefined;
  #keepAlive: KeepAlive | undefined;
  #inputEnded = false;
  #transportClosed = false;
  #transportError: Error | undefined;
  #cancelDrain: Cancel | undefined;
  #reminder: UnreadReminder | undefined;
  #cancelStuck: Cancel | undefined;

  constructor(
    profile: ConnectionProfile,
    transport: Transport,
    observer: CoreObserver,
    extensions: BoundExtensions | undefined,
  ) {
    this.profile = profile;
    this.transport = transport;
    this.#observer = observer;
    this.#extensions = extensions?.inbound;
    this.out = new WayOut(profile, transport, extensions, this);
    this.pump = pumpFor(this, this.out.writes, profile.options.receiveRate);
    this.inbox = new Inbox(this, profile.options);
    transport.listen(this);
  }

  get state(): ConnectionState {
    return this.#closer === undefined ? 'open' : this.#closer.state;
  }

  get open(): boolean {
    return this.#closer === undefined || this.#closer.state === 'open';
  }

  /** Whether this side asked for the end. */
  get asked(): boolean {
    return this.#closer?.asked === true;
  }

  get closer(): Closer {
    return (this.#closer ??= new Closer(this, this.profile));
  }

  get turns(): Turns {
    return this.profile.turns;
  }

  get pinger(): Pinger {
    return (this.#pinger ??= new Pinger(this.profile.clock));
  }

  /** Begins to read. */
  start(): void {
    const { options, decoders } = this.profile;
    if (options.keepAlive !== false) this.#keepAlive = new KeepAlive(this);
    this.transport.bytes$
      .pipe(decodeWith<string | Uint8Array>(decoders, this.pump, this.#extensions))
      .subscribe(this.inbox);
  }

  // The way in

  onWindow(full: boolean): void {
    if (!full) {
      this.pump.release(Hold.window);
      return;
    }
    if (this.inbox.leaving) return;
    this.pump.hold(Hold.window);
    this.#reminder ??= new UnreadReminder(this.inbox, this.profile.clock, (message) => {
      if (this.open) this.#observer.log('warn', message);
    });
    this.#reminder.begin();
  }

  onParts(parts: PartSink | undefined): void {
    this.pump.parts = parts;
  }

  onInputEnd(error: unknown): void {
    this.#inputEnded = true;
    this.out.cut();
    if (error instanceof ExtensionError || isViolation(error)) this.inbox.failStreams(error);
    if (error instanceof ExtensionError) this.onExtensionFailure(error);
    else if (isViolation(error)) this.closer.fail(error);
    else this.closer.inputEnded(error as Error | undefined);
    this.#endIfGone();
  }

  soon(task: () => void): void {
    this.turns.soon(task);
  }

  onControl(opcode: number, payload: Uint8Array): void {
    if (opcode === Opcode.close) {
      this.out.cut();
      this.closer.received(parseClose(payload));
      // Nothing is decoded behind it, whatever is held: what is left to see is the end of the transport.
      this.pump.readOn();
      this.pump.release(Hold.window);
    } else if (opcode === Opcode.ping) {
      if (this.open && this.#wantsPong(payload)) {
        this.#answerer ??= new PingAnswerer(this.out.sender, this.transport, this.pump);
        this.#answerer.answer(payload);
      }
      this.#observer.onPing(payload);
    } else {
      this.#observer.onPong(payload, this.#pinger?.received(payload));
    }
  }

  #wantsPong(payload: Uint8Array): boolean {
    const { autoPong } = this.profile.options;
    if (typeof autoPong !== 'function') return autoPong;
    try {
      return autoPong(payload);
    } catch (error) {
      // The connection cannot go on as its user wants it to; what else was received is not decoded any more.
      this.closer.fail(error as Error);
      throw error;
    }
  }

  // The way out

  onWritable(writable: boolean): void {
    if (this.readsWhileBlocked) return;
    if (writable) this.pump.release(Hold.blocked);
    else this.pump.hold(Hold.blocked);
  }

  onOverflow(error: LimitError): void {
    this.#observer.log('warn', error.message);
    this.closer.fail(error);
    this.#leave();
  }

  onDrain(): void {
    this.#answerer?.drained();
  }

  /** An extension has failed, in either direction. */
  onExtensionFailure(error: Error): void {
    this.out.sender.drop();
    this.#observer.log('error', `${error.message}, closing with 1011`, error.cause);
    this.closer.fail(error);
  }

  onAborted(error: Error): void {
    // A Close frame in the middle of a frame would be payload.
    if (this.out.sender.insideFrame) this.closer.lose(error);
    else this.closer.fail(error);
  }

  // Keep-alive

  get clock(): Clock {
    return this.profile.clock;
  }

  get keepAliveOptions(): ResolvedKeepAlive {
    return this.profile.options.keepAlive || DEFAULT_KEEP_ALIVE;
  }

  get holding(): boolean {
    return this.pump.holding;
  }

  takeTraffic(): boolean {
    const { traffic } = this.pump;
    this.pump.traffic = false;
    return traffic;
  }

  sendPing(payload: Uint8Array, onPong: () => void): Cancel | undefined {
    if (!this.open) return undefined;
    const forget = this.pinger.sent(payload, (roundTripMs) => {
      if (roundTripMs !== undefined) onPong();
    });
    this.out.sender.control(Opcode.ping, payload);
    return forget;
  }

  onSilence(error: TimeoutError): void {
    this.closer.lose(error);
  }

  nextTurn(task: () => void): void {
    this.turns.nextTurn(task);
  }

  // The end

  sendClose(status: CloseStatus): void {
    this.#answerer?.stop();
    this.out.sender.inTurn(() => {
      this.out.sender.control(Opcode.close, closePayload(status));
    });
  }

  endTransport(): void {
    this.out.sender.inTurn(() => {
      this.out.flush();
      this.transport.end();
    });
  }

  destroyTransport(): void {
    this.out.sender.drop();
    this.out.flush();
    this.transport.destroy();
  }

  /** Whether the peer is held back for somebody who takes messages, so that its Close frame cannot be seen yet. */
  get draining(): boolean {
    return this.inbox.full && this.inbox.taking && !this.inbox.leaving;
  }

  onState(state: ConnectionState): void {
    this.#observer.onState(state);
    if (state !== 'closing') return;
    // From here on the closing handshake has its own times.
    this.#keepAlive?.stop();
    if (this.closer.asked) this.#leave();
  }

  onClose(error: Error | undefined): void {
    this.#transportClosed = true;
    this.#transportError = error;
    if (!this.#inputEnded) {
      // Undecoded bytes wait behind what is held; they do not wait for ever.
      this.#cancelDrain = this.profile.clock.after(this.profile.options.drainTimeoutMs, () => {
        this.#drop();
        if (this.pump.waitsForExtension) this.#giveUpInput();
      });
    }
    this.#endIfGone();
  }

  onClosed(info: CloseInfo): void {
    this.#keepAlive?.stop();
    this.#reminder?.end();
    this.#cancelStuck?.();
    this.pump.readOn();
    this.#pinger?.end();
    this.out.end();
    this.inbox.failStreams(new ConnectionClosedError(info));
    this.#observer.onClosed(info, this.closer.asked);
    this.#cancelDrain = this.profile.clock.after(this.profile.options.drainTimeoutMs, () => {
      const cut = this.inbox.cut();
      if (cut > 0) {
        this.#observer.log('warn', `${String(cut)} messages that nobody took were dropped after the end`);
      }
    });
    const { dropped } = this.inbox;
    if (dropped > 0) {
      this.#observer.log(
        'warn',
        `${String(dropped)} messages that came after close() and that nobody took were dropped`,
      );
    }
    this.inbox.finish(this.#observer.endError(info));
  }

  onDrained(): void {
    this.#cancelDrain?.();
    this.#cancelDrain = undefined;
    this.#observer.onDone();
  }

  /**
   * This side is going: it reads on to the peer's Close frame, and keeps no more than the window. Only those who are taking messages one
   * by one still hold the peer back, for as long as they get on.
   */
  #leave(): void {
    this.pump.readOn();
    if (this.inbox.taking) this.#leaveWhenStuck();
    else this.#drop();
  }

  #leaveWhenStuck(): void {
    const { taken } = this.inbox;
    const { clock, options } = this.profile;
    this.#reminder?.end();
    this.#cancelStuck?.();
    this.#cancelStuck = clock.after(options.dropTimeoutMs, () => {
      if (!this.draining || this.inbox.taken > taken) this.#leaveWhenStuck();
      else this.#drop();
    });
  }

  #drop(): void {
    this.inbox.leaving = true;
    this.pump.readOn();
    this.pump.release(Hold.window);
  }

  /** An extension has had its time: what it was given is dropped, and so is what waits behind. */
  #giveUpInput(): void {
    this.inbox.unsubscribe();
    this.onInputEnd(undefined);
  }

  #endIfGone(): void {
    if (!this.#transportClosed || !this.#inputEnded) return;
    this.#cancelDrain?.();
    this.closer.transportClosed(this.#transportError);
  }
}

/** Whether the error is of what the peer sent, and not of how its bytes came. */
function isViolation(error: unknown): error is Error {
  return error instanceof ProtocolError ? error.code !== TRUNCATED : error instanceof LimitError;
}
