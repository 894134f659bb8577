import type { InboundExtensions } from '../protocol/extensions/inbound.js';
import type { FrameTap } from '../protocol/frame.js';
import type { PartSink } from '../protocol/message-parts.js';
import type { Traffic } from '../protocol/traffic.js';
import type { ControlSink } from '../protocol/message-decoder.js';

/** A decoder that is asked for its values: it is pushed bytes, and `next` takes one value out of them. */
export interface PullDecoder<Out> {
  readonly pending: boolean;
  /** Whether the last `next` gave nothing only because it had gone through as many frames as it was to. */
  readonly more?: boolean;
  readonly atBoundary: boolean;
  /** Whether it is as good as new: nothing is held, and the stream goes on. */
  readonly idle: boolean;
  /** Told of control frames, by a decoder that does not give them out. */
  controls?: ControlSink | undefined;
  onFrame: FrameTap | undefined;
  /** Counts what is decoded. */
  traffic?: Traffic;
  /** Takes messages part by part, from a decoder of messages. */
  parts?: PartSink | undefined;
  /** Whether an extension is at work, and `next` gives nothing but Pings and Pongs before it calls `onReady`. */
  readonly busy?: boolean;
  onReady?: (() => void) | undefined;
  /** What the extensions of the stream undo. */
  extensions?: InboundExtensions | undefined;
  push(chunk: Uint8Array): void;
  next(controlOnly: boolean, most: number): Out | undefined;
  stop(): void;
}

/** Decoders that are kept for whoever comes next. */
const MOST_KEPT = 8;

/**
 * Lends decoders. Between two messages a decoder holds nothing, so a stream that waits for bytes needs none: a
 * hundred thousand idle connections share a handful.
 */
export class DecoderPool<Out> {
  readonly #make: () => PullDecoder<Out>;
  readonly #kept: PullDecoder<Out>[] = [];

  constructor(make: () => PullDecoder<Out>) {
    this.#make = make;
  }

  borrow(): PullDecoder<Out> {
    return this.#kept.pop() ?? this.#make();
  }

  /** Takes back a decoder that is {@link PullDecoder.idle}. */
  giveBack(decoder: PullDecoder<Out>): void {
    if (this.#kept.length < MOST_KEPT) this.#kept.push(decoder);
  }
}
