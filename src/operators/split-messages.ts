import { Observable, type Observer, type OperatorFunction, Subject, type Subscriber, takeUntil } from 'rxjs';
import { truncated } from '../protocol/errors.js';
import { Fifo } from '../protocol/fifo.js';
import { FragmentSequence } from '../protocol/fragment-sequence.js';
import type { Frame } from '../protocol/frame.js';
import { type Limits, type ResolvedLimits, resolveLimits } from '../protocol/limits.js';
import { NOBODY } from '../protocol/message-parts.js';
import { anything, checkOptions, wholeNumber } from '../protocol/option-checks.js';
import { isControl, Opcode } from '../protocol/opcodes.js';
import { heldWithin } from './streams/held-within.js';
import type { MessageStream } from './streams/message-stream.js';
import { StreamParts } from './streams/stream-parts.js';

/** What {@link splitMessages} is told. */
export interface SplitMessagesOptions {
  /** `maxStreamBytes`, `maxFrameBytes`: default none. */
  readonly limits?: Limits;
  /** The most octets, and 64 a frame and a chunk, held for streams that nobody takes. Default 1 MiB. */
  readonly maxHeldBytes?: number;
}

const DEFAULT_MAX_HELD_BYTES = 1024 * 1024;

/**
 * Hands out each data message as a {@link MessageStream} when its first frame comes: nothing is joined. RFC 6455 section 5.4.
 *
 *     frames   --t(more)--p--c(fin)--|      t = text, p = ping, c = continuation
 *     streams  --m-------------------|
 *     frames$    t-----------c|
 *
 * Each frame is one chunk. Text is taken as it is: put {@link validateText} before it. Control frames are not passed on. Completes with its
 * source; after a Close frame it ignores what else comes, and a message that is unfinished by then errors. When it is unsubscribed inside
 * of a message, the source is kept until that message has ended, or is not wanted any more either.
 *
 * @throws (as error notification, of the unfinished stream too) ProtocolError 1002 for a frame out of order; LimitError 1009, also for
 * more than `maxHeldBytes`; ProtocolError `RXWIRE_TRUNCATED` when the source completes inside a message, and of the stream alone at a
 * Close frame inside of it.
 * @example
 * ```ts
 * import { mergeMap, of } from 'rxjs';
 * import { makeFrame, Opcode } from 'rxwire/protocol';
 * import { splitMessages } from 'rxwire/operators';
 *
 * of(makeFrame(Opcode.text, 'to', { fin: false }), makeFrame(Opcode.continuation, 'gether'))
 *   .pipe(splitMessages(), mergeMap((message) => message.text$))
 *   .subscribe(console.log);
 * // to
 * // gether
 * ```
 */
export function splitMessages(options: SplitMessagesOptions = {}): OperatorFunction<Frame, MessageStream> {
  checkOptions(options, { limits: anything, maxHeldBytes: wholeNumber(1) });
  const limits = resolveLimits(options.limits);
  const maxHeldBytes = options.maxHeldBytes ?? DEFAULT_MAX_HELD_BYTES;
  return (source) =>
    new Observable((destination) => {
      const splitting = new Splitting(destination, limits, maxHeldBytes);
      source.pipe(takeUntil(splitting.done$)).subscribe(splitting);
    });
}

/** One subscription of {@link splitMessages}. */
class Splitting implements Observer<Frame> {
  /** Emits when no frame is wanted any more. */
  readonly done$: Subject<void> = new Subject();
  readonly #destination: Subscriber<MessageStream>;
  readonly #sequence: FragmentSequence;
  readonly #parts: StreamParts;
  /** What came from inside of a subscriber: frames are never taken from inside one another. */
  #waiting: Fifo<Frame> | undefined;
  #taking = false;
  #closed = false;
  /** How the source ended, if it has. */
  #end: { readonly error?: unknown } | undefined;

  constructor(destination: Subscriber<MessageStream>, limits: ResolvedLimits, maxHeldBytes: number) {
    this.#destination = destination;
    this.#sequence = new FragmentSequence(limits);
    this.#sequence.parts = NOBODY;
    this.#parts = new StreamParts(heldWithin(maxHeldBytes, 'maxHeldBytes'), (stream) => {
      destination.next(stream);
    });
    destination.add(() => {
      this.#leaveIfUnwanted();
    });
  }

  next(frame: Frame): void {
    if (this.#taking) {
      (this.#waiting ??= new Fifo()).push(frame);
      return;
    }
    this.#taking = true;
    for (let next: Frame | undefined = frame; next !== undefined; next = this.#waiting?.shift()) {
      try {
        this.#take(next);
      } catch (error) {
        this.#fail(error);
      }
      this.#leaveIfUnwanted();
    }
    this.#taking = false;
    if (this.#end !== undefined) this.#passEnd(this.#end);
  }

  error(error: unknown): void {
    this.#finish({ error });
  }

  complete(): void {
    this.#finish({});
  }

  /** Whether a message has begun and not ended. */
  get #inside(): boolean {
    return this.#sequence.open && !this.#closed;
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end = end;
    if (!this.#taking) this.#passEnd(end);
  }

  #passEnd(end: { readonly error?: unknown }): void {
    if ('error' in end) this.#fail(end.error);
    else if (this.#inside) this.#fail(truncated());
    else this.#destination.complete();
  }

  #fail(error: unknown): void {
    this.#closed = true;
    this.#parts.fail(error);
    this.#destination.error(error);
  }

  /** The rest of a message is somebody's, also when nobody wants the messages behind it. */
  #leaveIfUnwanted(): void {
    if (this.#destination.closed && !(this.#inside && this.#parts.wanted)) this.done$.next();
  }

  #take({ fin, opcode, length, payload }: Frame): void {
    if (this.#closed || (this.#destination.closed && !this.#inside)) return;
    const parts = this.#parts;
    if (isControl(opcode)) {
      if (opcode !== Opcode.close) return;
      if (this.#inside) parts.fail(truncated());
      this.#closed = true;
      return;
    }
    this.#sequence.checkOpcode(opcode);
    this.#sequence.admit(fin, payload.length);
    if (opcode !== Opcode.continuation) parts.beginMessage(opcode === Opcode.text, false);
    parts.beginFrame(fin, opcode, length);
    if (payload.length > 0) parts.part(payload);
    parts.endFrame();
    if (fin) parts.endMessage();
  }
}
