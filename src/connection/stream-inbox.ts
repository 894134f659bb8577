import type { ReceivedStream } from '../operators/streams/received-stream.js';
import type { PartSink } from '../protocol/message-parts.js';
import type { StreamClaim } from './stream-claim.js';

/** Hands the parts of messages to all who take streams: each has a stream of its own. */
export class StreamInbox implements PartSink {
  /** Whether somebody takes whole messages too. */
  wantsWhole = false;
  /** Who takes streams. */
  claims: readonly StreamClaim[] = [];
  readonly #isCut: () => boolean;
  readonly #onCut: () => void;
  /** The streams of the message that is being received. */
  #current: readonly ReceivedStream[] = [];
  /** Whether it is given out whole as well. */
  #whole = false;
  /** Streams of which something was dropped. */
  #cut: readonly ReceivedStream[] = [];

  /**
   * @param isCut - Whether what comes is to be dropped.
   * @param onCut - Called for every message that was cut by that, and does not come whole either.
   */
  constructor(isCut: () => boolean, onCut: () => void) {
    this.#isCut = isCut;
    this.#onCut = onCut;
  }

  /** Whether somebody reads the message that is being received. */
  get beingRead(): boolean {
    return this.#current.some(({ taken, dropped }) => taken && !dropped);
  }

  beginMessage(text: boolean, transformed: boolean, whole: boolean): void {
    this.#current = [];
    this.#whole = whole;
    if (this.#isCut()) {
      if (!whole) this.#onCut();
      return;
    }
    const { claims } = this;
    this.#current = claims.flatMap((claim) => claim.begin(text, transformed, whole) ?? []);
  }

  beginFrame(fin: boolean, opcode: number, length: number): void {
    // Frames are counted too: those without octets may be many.
    if (this.#isCut()) this.#cutCurrent();
    for (const stream of this.#current) stream.beginFrame(fin, opcode, length);
  }

  part(bytes: Uint8Array): void {
    if (this.#isCut()) this.#cutCurrent();
    for (const stream of this.#current) stream.push(bytes);
  }

  endFrame(): void {
    for (const stream of this.#current) stream.endFrame();
  }

  endMessage(): void {
    for (const stream of this.#current) stream.end();
    this.#current = [];
  }

  /** The messages that are unfinished stay so. */
  fail(reason: () => unknown): void {
    const unfinished = [...this.#cut, ...this.#current];
    this.#cut = [];
    this.#current = [];
    if (unfinished.length === 0) return;
    const error = reason();
    for (const stream of unfinished) stream.fail(error);
  }

  #cutCurrent(): void {
    if (this.#current.length === 0) return;
    this.#cut = [...this.#cut, ...this.#current];
    this.#current = [];
    if (!this.#whole) this.#onCut();
  }
}
