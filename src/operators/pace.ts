import type { FrameTap } from '../protocol/frame.js';
import type { PartSink } from '../protocol/message-parts.js';
import type { Traffic } from '../protocol/traffic.js';

/** What a {@link Pace} lets through. */
export const Permit = Object.freeze({
  /** Nothing for now. */
  none: 0,
  /** Control frames, up to the next data frame. */
  control: 1,
  all: 2,
} as const);

/** A value of {@link Permit}. */
export type Permit = (typeof Permit)[keyof typeof Permit];

/** Who looks on at the frames, and who takes messages part by part. */
export interface Looks {
  onFrame: FrameTap | undefined;
  parts: PartSink | undefined;
}

/** What a {@link Pace} can do with the decoder it paces. */
export interface Paced {
  /** Whether undecoded bytes are held. */
  readonly pending: boolean;
  /** Whether something has begun to come, and has not come whole. */
  readonly unfinished: boolean;
  /** Called with every whole frame while it is set. */
  onFrame: FrameTap | undefined;
  /** Takes messages part by part while it is set: those that begin meanwhile. Of use to `decodeMessages` only. */
  parts?: PartSink | undefined;
  /** Goes on decoding what is held, as far as the pace permits; then passes on the end of the source, if it came. */
  resume(): void;
}

/**
 * Holds a decoder back: it is asked before every frame, and what it does not permit stays undecoded, in order.
 * Whoever stops a decoder has to stop its source too, or the bytes pile up.
 */
export interface Pace {
  /** Counts what `decodeMessages` decodes. */
  readonly counts?: Traffic;
  /** Called once, when the decoder is subscribed. */
  bind(paced: Paced): void;
  /** Called when a run over the bytes in hand begins, and when it has ended. */
  begin(): void;
  end(): void;
  permit(): Permit;
  /** An extension needs time, and no data is decoded before it has done; then called with false, and the decoder goes on. */
  onBusy?(busy: boolean): void;
  /** Called with every Close, Ping and Pong that `decodeMessages` comes upon, in place of the option of that name. */
  onControl?(opcode: number, payload: Uint8Array): void;
}
