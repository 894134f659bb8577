import type { Observable } from 'rxjs';
import { LimitError } from '../protocol/errors.js';
import type { Frame } from '../protocol/frame.js';
import type { Outgoing } from '../protocol/message.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';
import type { Overflow } from './options.js';
import { fits } from './payload-bytes.js';
import { MAX_WAITING_MESSAGES } from './send-line.js';
import type { Sender } from './sender.js';
import { Writable } from './writable.js';

/** The marks of a connection's way out. */
export interface OutletOptions {
  readonly sendHighWaterBytes: number;
  readonly maxBufferedBytes: number;
  readonly overflow: Overflow;
}

/** What an {@link Outlet} asks of its connection. */
export interface OutletOwner {
  /** More was sent than may be held, and the policy is to close. */
  onOverflow(error: LimitError): void;
  /** The high-water mark was passed, upwards or downwards. */
  onWritable(writable: boolean): void;
}

/** What a connection has on its way out, and its bounds. */
export class Outlet {
  protected readonly sender: Sender;
  protected readonly writes: WriteCoalescer;
  protected readonly options: OutletOptions;
  readonly #owner: OutletOwner;
  /** Made when there is no room for the first time, or somebody asks. */
  #writable: Writable | undefined;
  #ended = false;
  #flushes: ((flushed: boolean) => void)[] | undefined;

  constructor(sender: Sender, writes: WriteCoalescer, options: OutletOptions, owner: OutletOwner) {
    this.sender = sender;
    this.writes = writes;
    this.options = options;
    this.#owner = owner;
  }

  get bufferedBytes(): number {
    return this.#ended ? 0 : this.buffered;
  }

  /** Messages that the policy has dropped. */
  get droppedMessages(): number {
    return 0;
  }

  /** Octets of their payloads. */
  get droppedBytes(): number {
    return 0;
  }

  /** Of these, the messages that were dropped as soon as they were sent. */
  get refusedMessages(): number {
    return 0;
  }

  get writable$(): Observable<boolean> {
    if (this.#writable === undefined) {
      this.#writable = new Writable();
      if (this.#ended) this.#writable.end();
    }
    return this.#writable.value$;
  }

  /** @returns whether less than the high-water mark is on its way. */
  send(data: Outgoing, type?: 'text' | 'binary', fragmentBytes?: number, compress?: boolean): boolean {
    const { buffered } = this;
    const full = buffered > 0 && !fits(data, this.options.maxBufferedBytes - buffered);
    if ((full || this.lineIsFull) && !this.makePlace(data)) return false;
    this.sender.message(data, type, fragmentBytes, compress);
    return this.check();
  }

  sendFrame(frame: Frame): boolean {
    if (!this.admit(frame.payload.length)) return false;
    this.sender.inTurn(() => {
      this.sender.frame(frame);
    }, frame.payload.length);
    return this.check();
  }

  /** Whether `bytes` more octets may be accepted. @throws LimitError if they may not and the policy is to say so. */
  admit(bytes: number): boolean {
    const { buffered } = this;
    return buffered === 0 || buffered + bytes <= this.options.maxBufferedBytes || this.overflow();
  }

  flush(): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      (this.#flushes ??= []).push(resolve);
      this.#whenTaken(() => {
        this.#settle(resolve);
      });
    });
  }

  /** Whether so many messages wait in line that no more may. */
  protected get lineIsFull(): boolean {
    return this.sender.line?.full === true;
  }

  protected get buffered(): number {
    return this.writes.bufferedBytes + this.sender.heldBytes;
  }

  /** Whether `data` fits when the transport has been given what only waits for the end of the turn. */
  protected fitsFlushed(data: Outgoing): boolean {
    this.writes.flush();
    const { buffered } = this;
    return buffered === 0 || fits(data, this.options.maxBufferedBytes - buffered);
  }

  /** Whether a message that does not fit may be sent nevertheless. @throws LimitError if it may not and the policy is to say so. */
  protected makePlace(_data: Outgoing): boolean {
    return this.overflow();
  }

  /** Calls `taken` when the operating system has everything accepted so far. */
  #whenTaken(taken: () => void): void {
    this.sender.inTurn(() => {
      this.writes.whenTaken(taken);
    });
  }

  /** The transport is gone. */
  end(): void {
    this.#ended = true;
    this.sender.drop();
    this.writes.discard();
    const flushes = this.#flushes;
    this.#flushes = undefined;
    for (const resolve of flushes ?? []) resolve(false);
    this.#writable?.end();
  }

  #settle(resolve: (flushed: boolean) => void): void {
    const flushes = this.#flushes;
    const index = flushes?.indexOf(resolve) ?? -1;
    if (index < 0) return;
    flushes?.splice(index, 1);
    resolve(true);
  }

  /** Whether less than the high-water mark is on its way. */
  check(): boolean {
    const high = this.options.sendHighWaterBytes;
    let writable = this.buffered < high;
    if (!writable) {
      // What has only been waiting for the end of the turn is not a sign of a slow peer.
      this.writes.flush();
      writable = this.buffered < high;
    }
    return this.turn(writable);
  }

  /** Tells whether there is room, where that has changed. */
  protected turn(writable: boolean): boolean {
    if (this.#writable === undefined && writable) return true;
    const state = (this.#writable ??= new Writable());
    if (!state.turn(writable)) return writable;
    if (!writable) this.#lookAgain();
    this.#owner.onWritable(writable);
    state.announce();
    return writable;
  }

  /** What was sent meanwhile may be on its way when this is taken: it is looked at until less than the mark is. */
  #lookAgain(): void {
    const look = (): void => {
      if (!this.#ended && !this.checkAgain()) this.#lookAgain();
    };
    // Whoever is inside a message waits for what it has written: to stand in line would be to wait for itself.
    if (!this.whenWritten(look)) this.sender.inTurn(look);
  }

  /** As {@link check}, when what was on its way has been taken. */
  protected checkAgain(): boolean {
    return this.check();
  }

  /** Whether the transport has less than the high-water mark, with `held` more: what waits in line does not count. */
  hasRoom(held: number): boolean {
    return this.writes.bufferedBytes + held < this.options.sendHighWaterBytes;
  }

  /** Calls `taken` when the transport has taken what it has by now. Returns false, and calls nothing, if that is nothing. */
  whenWritten(taken: () => void): boolean {
    if (this.writes.bufferedBytes === 0) return false;
    this.writes.whenTaken(taken);
    return true;
  }

  /** Nothing more may be on its way, and nothing of it may be dropped. */
  protected overflow(): false {
    const { maxBufferedBytes, overflow } = this.options;
    const what = this.lineIsFull
      ? `${String(MAX_WAITING_MESSAGES)} messages`
      : `${String(maxBufferedBytes)} bytes`;
    const error = new LimitError(`more than ${what} wait to be sent, the limit of maxBufferedBytes`, {
      option: 'maxBufferedBytes',
      limit: maxBufferedBytes,
      closeCode: 1013,
    });
    if (overflow === 'error') throw error;
    this.#owner.onOverflow(error);
    return false;
  }
}
