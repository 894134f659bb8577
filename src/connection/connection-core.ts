import { caught } from '../operators/caught.js';
import { decodeInto } from '../operators/decode-messages.js';
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
import { Ending, type EndingOwner } from './ending.js';
import { Inbox, type InboxOwner } from './inbox.js';
import { DEFAULT_KEEP_ALIVE, type ResolvedKeepAlive } from './keep-alive.js';
import { PingAnswerer } from './ping-answerer.js';
import { Pinger } from './pinger.js';
import type { ConnectionProfile } from './profile.js';
import { Hold, type Pump, type PumpOwner } from './pump.js';
import { pumpFor } from './pump-for.js';
import type { WindowOptions } from './receive-window.js';
import type { Turns } from './turns.js';
import { UnreadReminder } from './unread-reminder.js';
import type { Watch, WatchOwner } from './watch.js';
import { watchesOf } from './watches.js';
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
  implements InboxOwner, PumpOwner, CloserOwner, WayOutOwner, WatchOwner, EndingOwner, TransportListener
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
  #watch: Watch | undefined;
  #reminder: UnreadReminder | undefined;
  /** Made when the end begins. */
  #theEnding: Ending | undefined;

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
    this.inbox = new Inbox(this);
    transport.listen(this);
  }

  get windowOptions(): WindowOptions {
    return this.profile.options;
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

  get #ending(): Ending {
    return (this.#theEnding ??= new Ending(this));
  }

  get turns(): Turns {
    return this.profile.turns;
  }

  get pinger(): Pinger {
    return (this.#pinger ??= new Pinger(this.profile.clock));
  }

  /** Begins to read. */
  start(): void {
    this.#watch = watchesOf(this);
    decodeInto(this.inbox, this.transport.bytes$, this.profile.decoders, this.pump, this.#extensions);
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
    this.out.cut();
    if (error instanceof ExtensionError || isViolation(error)) this.inbox.failStreams(() => error);
    if (error instanceof ExtensionError) this.onExtensionFailure(error);
    else if (isViolation(error)) this.closer.violated(error);
    else this.closer.inputEnded(error as Error | undefined);
    this.#ending.inputEnded();
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
      const wants = autoPong(payload);
      if (caught(wants)) throw new TypeError('autoPong returned a promise, expected a boolean');
      return wants;
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

  /** This side gives up at once. Those who take messages may have what is held; nobody is waited for to make room for more. */
  terminate(): void {
    if (this.state === 'closed') return;
    this.closer.terminate();
    this.#ending.drop();
  }

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
    this.#watch?.stop();
    if (this.closer.asked) this.#leave();
  }

  onClose(error: Error | undefined): void {
    this.#ending.transportClosed(error);
  }

  onClosed(info: CloseInfo): void {
    this.#watch?.stop();
    this.#reminder?.end();
    this.pump.readOn();
    this.#pinger?.end();
    this.out.end();
    this.inbox.failStreams(() => new ConnectionClosedError(info));
    this.#observer.onClosed(info, this.closer.asked);
    this.#ending.closed();
    const { dropped } = this.inbox.losses;
    if (dropped > 0) {
      this.#observer.log(
        'warn',
        `${String(dropped)} messages that came after close() or terminate() and that nobody took were dropped`,
      );
    }
    this.inbox.finish(() => this.#observer.endError(info));
    if (this.inbox.drained) return;
    this.#ending.drain((cut) => {
      this.#observer.log('warn', `${String(cut)} messages that nobody took were dropped after the end`);
    });
  }

  onDrained(): void {
    this.#ending.drained();
    this.#observer.onDone();
  }

  /**
   * This side is going: it reads on to the peer's Close frame, and keeps no more than the window. Only those who are taking messages one
   * by one still hold the peer back, for as long as they get on.
   */
  #leave(): void {
    this.pump.readOn();
    if (!this.inbox.taking) {
      this.#ending.drop();
      return;
    }
    this.#reminder?.end();
    this.#ending.leaveWhenStuck();
  }
}

/** Whether the error is of what the peer sent, and not of how its bytes came. */
function isViolation(error: unknown): error is Error {
  return error instanceof ProtocolError ? error.code !== TRUNCATED : error instanceof LimitError;
}
