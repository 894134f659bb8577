import type { Subscriber } from 'rxjs';
import { truncated } from '../protocol/errors.js';
import type { InboundExtensions } from '../protocol/extensions/inbound.js';
import type { FrameTap } from '../protocol/frame.js';
import type { PartSink } from '../protocol/message-parts.js';
import type { ControlSink } from '../protocol/message-decoder.js';
import type { DecoderPool, PullDecoder } from './decoder-pool.js';
import { OperatorSubscriber } from './operator-subscriber.js';
import { type Looks, type Pace, type Paced, Permit } from './pace.js';

/** How the source ended. */
interface SourceEnd {
  readonly failed: boolean;
  readonly error?: unknown;
}

const COMPLETED: SourceEnd = Object.freeze({ failed: false });

/**
 * Moves bytes into a decoder and its values out, as fast as the pace permits. The decoder is borrowed for as long as it holds something. Values are never emitted from inside one another: bytes
 * that a subscriber makes come are served by the loop that is calling it.
 */
export class PullSubscriber<Out> extends OperatorSubscriber<Uint8Array, Out> implements Paced {
  readonly #decoders: DecoderPool<Out>;
  #decoder: PullDecoder<Out> | undefined;
  /** Most streams are not looked at. */
  #looks: Looks | undefined;
  readonly #pace: Pace | undefined;
  readonly #extensions: InboundExtensions | undefined;
  #decoding = false;
  #sourceEnd: SourceEnd | undefined;

  constructor(
    downstream: Subscriber<Out>,
    decoders: DecoderPool<Out>,
    pace: Pace | undefined,
    extensions?: InboundExtensions,
  ) {
    super(downstream);
    this.#decoders = decoders;
    this.#pace = pace;
    this.#extensions = extensions;
    pace?.bind(this);
  }

  get pending(): boolean {
    return this.#decoder?.pending === true;
  }

  get unfinished(): boolean {
    return this.#decoder?.idle === false;
  }

  get onFrame(): FrameTap | undefined {
    return this.#looks?.onFrame;
  }

  set onFrame(tap: FrameTap | undefined) {
    if (tap === this.onFrame) return;
    this.#look().onFrame = tap;
    if (this.#decoder !== undefined) this.#decoder.onFrame = tap;
  }

  get parts(): PartSink | undefined {
    return this.#looks?.parts;
  }

  set parts(parts: PartSink | undefined) {
    if (parts === this.parts) return;
    this.#look().parts = parts;
    if (this.#decoder !== undefined) this.#decoder.parts = parts;
  }

  #look(): Looks {
    return (this.#looks ??= { onFrame: undefined, parts: undefined });
  }

  resume(): void {
    try {
      this.#decode();
    } catch (error) {
      this.downstream.error(error);
    }
  }

  override unsubscribe(): void {
    if (this.closed) return;
    super.unsubscribe();
    if (!(#decoder in this)) return;
    this.#decoder?.stop();
    this.#decoder = undefined;
  }

  protected override take(chunk: Uint8Array): void {
    (this.#decoder ??= this.#borrow()).push(chunk);
    this.#decode();
  }

  protected override _complete(): void {
    this.#sourceEnd = COMPLETED;
    this.#passEnd(COMPLETED);
  }

  protected override _error(error: unknown): void {
    const end = { failed: true, error };
    this.#sourceEnd = end;
    this.#passEnd(end);
  }

  #borrow(): PullDecoder<Out> {
    const decoder = this.#decoders.borrow();
    decoder.onFrame = this.onFrame;
    if (this.parts !== undefined) decoder.parts = this.parts;
    if (this.#pace?.counts !== undefined) decoder.traffic = this.#pace.counts;
    if (this.#pace?.onControl !== undefined) decoder.controls = this.#pace as ControlSink;
    if (this.#extensions !== undefined) {
      decoder.extensions = this.#extensions;
      decoder.onReady = () => {
        this.#ready();
      };
    }
    return decoder;
  }

  #giveBack(decoder: PullDecoder<Out>): void {
    this.#decoder = undefined;
    decoder.onFrame = undefined;
    if (decoder.controls !== undefined) decoder.controls = undefined;
    if (decoder.parts !== undefined) decoder.parts = undefined;
    if (this.#extensions !== undefined) {
      decoder.extensions = undefined;
      decoder.onReady = undefined;
    }
    this.#decoders.giveBack(decoder);
  }

  #decode(): void {
    const decoder = this.#decoder;
    if (this.#decoding || decoder === undefined) return;
    this.#decoding = true;
    const pace = this.#pace;
    const downstream = this.downstream;
    pace?.begin();
    try {
      while (!downstream.closed) {
        const permit = pace === undefined ? Permit.all : pace.permit();
        if (permit === Permit.none) break;
        // One frame at a time: the pace is asked before each, whatever kind it is.
        const value = decoder.next(permit === Permit.control, 1);
        if (value !== undefined) downstream.next(value);
        else if (decoder.more !== true) break;
      }
    } finally {
      this.#decoding = false;
      pace?.end();
    }
    if (decoder.busy === true) pace?.onBusy?.(true);
    else if (decoder.idle && decoder === this.#decoder) this.#giveBack(decoder);
    if (this.#sourceEnd !== undefined) this.#passEnd(this.#sourceEnd);
  }

  /** An extension has done what the decoder waited for. */
  #ready(): void {
    this.#pace?.onBusy?.(false);
    this.resume();
  }

  /** Passes on the end of the source, once everything before it is decoded. */
  #passEnd({ failed, error }: SourceEnd): void {
    if (this.#decoding || this.pending) return;
    if (failed) super._error(error);
    else if (this.#decoder?.atBoundary !== false) super._complete();
    else super._error(truncated());
  }
}
