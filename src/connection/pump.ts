import { type Looks, type Pace, type Paced, Permit } from '../operators/pace.js';
import type { FrameTap } from '../protocol/frame.js';
import type { PartSink } from '../protocol/message-parts.js';
import { Traffic } from '../protocol/traffic.js';
import type { Transport } from '../transport/transport.js';
import type { WriteCoalescer } from '../transport/write-coalescer.js';
import type { Clock } from './clock.js';
import type { Turns } from './turns.js';

/** Why a connection is not read for now, as bits of a set. */
export const Hold = Object.freeze({
  /** Other connections are to have their turn. */
  turn: 1,
  /** The receive window is full. */
  window: 2,
  /** What this side sends in answer does not get away. */
  blocked: 4,
  /** The peer floods us with Pings and does not read the Pongs. */
  pongs: 8,
  /** An extension needs time for what it was given. */
  extension: 16,
  /** The peer has sent as much as it may for now. */
  rate: 32,
} as const);

/** A value of {@link Hold}. */
export type Hold = (typeof Hold)[keyof typeof Hold];

/** The reasons that are none any more when the end has begun. */
const PASSING = Hold.blocked | Hold.pongs | Hold.rate;

/** The longest time one connection decodes before the event loop goes on. */
const SLICE_MS = 5;
/** The clock is looked at once in this many frames. */
const LOOK_FRAMES = 64;

/** What a {@link Pump} asks of its connection. */
export interface PumpOwner {
  readonly transport: Transport;
  readonly turns: Turns;
  readonly clock: Clock;
  onControl(opcode: number, payload: Uint8Array): void;
}

/**
 * Decides when a connection decodes. It yields after 5 ms, pauses the transport while there is a reason to hold the peer back, and
 * lets what a run of decoding has sent leave in one write at its end.
 */
export class Pump implements Pace {
  /** What has been received. */
  readonly counts: Traffic = new Traffic();
  readonly #owner: PumpOwner;
  readonly #writes: WriteCoalescer;
  #paced: Paced | undefined;
  /** What is told to whoever decodes. Most connections are not looked at. */
  #looks: Looks | undefined;
  #holds = 0;
  #frames = 0;
  #beganAt = 0;
  #readsOn = false;
  /** Whether a byte has come since the flag was lowered: any traffic is a sign of life. */
  traffic = false;

  constructor(owner: PumpOwner, writes: WriteCoalescer) {
    this.#owner = owner;
    this.#writes = writes;
  }

  /** Looks on at every frame that is decoded. */
  set tap(tap: FrameTap | undefined) {
    this.#look().onFrame = tap;
    if (this.#paced !== undefined) this.#paced.onFrame = tap;
  }

  /** Takes the messages that begin part by part. */
  set parts(parts: PartSink | undefined) {
    this.#look().parts = parts;
    if (this.#paced !== undefined) this.#paced.parts = parts;
  }

  /** Whether we hold the peer back, other than to let the event loop go on. */
  get holding(): boolean {
    return (this.#holds & ~Hold.turn) !== 0;
  }

  /** Whether a frame, or a message, has begun to come and has not ended. */
  get unfinished(): boolean {
    return this.#paced?.unfinished === true;
  }

  /** Whether an extension has not done yet what it was given. */
  get waitsForExtension(): boolean {
    return (this.#holds & Hold.extension) !== 0;
  }

  bind(paced: Paced): void {
    this.#paced = paced;
    paced.onFrame = this.#looks?.onFrame;
    paced.parts = this.#looks?.parts;
  }

  begin(): void {
    this.traffic = true;
    this.#frames = 0;
    // A whole number, which needs no memory of its own: there is one for each idle connection.
    this.#beganAt = Math.trunc(this.#owner.clock.now());
    this.#writes.hold();
  }

  onControl(opcode: number, payload: Uint8Array): void {
    this.#owner.onControl(opcode, payload);
  }

  onBusy(busy: boolean): void {
    if (busy) this.hold(Hold.extension);
    else this.release(Hold.extension);
  }

  permit(): Permit {
    if (this.#holds !== 0) return (this.#holds & Hold.turn) === 0 ? Permit.control : Permit.none;
    if (++this.#frames === LOOK_FRAMES) {
      this.#frames = 0;
      if (this.#owner.clock.now() - this.#beganAt > SLICE_MS) {
        this.#yield();
        return Permit.none;
      }
    }
    return Permit.all;
  }

  end(): void {
    this.#writes.release();
  }

  /** From now on the transport is read on for the peer's Close frame: only a full window still holds it back. */
  readOn(): void {
    this.#readsOn = true;
    this.release(PASSING);
  }

  hold(reason: Hold): void {
    if (this.#readsOn && (reason & PASSING) !== 0) return;
    if (this.#holds === 0) this.#owner.transport.pause();
    this.#holds |= reason;
  }

  /** @param reason - One or several. */
  release(reason: number): void {
    if ((this.#holds & reason) === 0) return;
    this.#holds &= ~reason;
    if (this.#isHeld()) return;
    this.#paced?.resume();
    if (!this.#isHeld()) this.#owner.transport.resume();
  }

  #look(): Looks {
    return (this.#looks ??= { onFrame: undefined, parts: undefined });
  }

  #isHeld(): boolean {
    return this.#holds !== 0;
  }

  #yield(): void {
    this.hold(Hold.turn);
    this.#owner.turns.nextTurn(() => {
      this.release(Hold.turn);
    });
  }
}
