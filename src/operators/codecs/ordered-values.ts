import type { Subscriber } from 'rxjs';
import { CodecError, decodingFailure } from './codec-error.js';
import type { Decoder, Incoming } from './codec.js';
import { isPromiseLike } from './validate.js';

/** How many messages may wait for an asynchronous decoder. */
export interface PendingLimits {
  readonly maxPendingMessages: number;
  readonly maxPendingBytes: number;
}

/** The place of a message that has been decoded, or is being decoded, behind one that is not yet done. */
interface Place<In> {
  readonly size: number;
  result: { readonly value: In } | { readonly error: CodecError } | undefined;
  next: Place<In> | undefined;
}

/** Decodes messages and gives their values out in the order of the messages, however long each takes. */
export class OrderedValues<In> {
  readonly #decoder: Decoder<In>;
  readonly #limits: PendingLimits;
  readonly #destination: Subscriber<In>;
  readonly #onError: (error: CodecError) => void;
  #head: Place<In> | undefined;
  #tail: Place<In> | undefined;
  #pending = 0;
  #pendingBytes = 0;
  #hasEnded = false;

  constructor(
    decoder: Decoder<In>,
    limits: PendingLimits,
    destination: Subscriber<In>,
    onError: (error: CodecError) => void,
  ) {
    this.#decoder = decoder;
    this.#limits = limits;
    this.#destination = destination;
    this.#onError = onError;
    // What waits is let go of when nobody waits for it.
    destination.add(() => {
      this.#head = this.#tail = undefined;
    });
  }

  push(message: Incoming): void {
    const size = message.data.length;
    const reached = this.#limitReached(size);
    if (reached !== undefined) {
      this.#onError(reached);
      return;
    }
    let decoded: In | PromiseLike<In>;
    try {
      decoded = this.#decoder.decode(message);
    } catch (thrown) {
      this.#give(size, { error: decodingFailure(this.#decoder.name, thrown) });
      return;
    }
    if (isPromiseLike(decoded)) this.#wait(size, decoded);
    else if (this.#head === undefined) this.#destination.next(decoded);
    else this.#give(size, { value: decoded });
  }

  /** No more messages come: completes behind the last one. */
  end(): void {
    this.#hasEnded = true;
    if (this.#head === undefined) this.#destination.complete();
  }

  /** One message is always taken when none waits. */
  #limitReached(size: number): CodecError | undefined {
    if (this.#head === undefined) return undefined;
    const { maxPendingMessages, maxPendingBytes } = this.#limits;
    if (this.#pending >= maxPendingMessages) return this.#over('maxPendingMessages', maxPendingMessages);
    if (this.#pendingBytes + size > maxPendingBytes) return this.#over('maxPendingBytes', maxPendingBytes);
    return undefined;
  }

  #over(option: string, limit: number): CodecError {
    const codec = this.#decoder.name;
    const text = `${codec}: the message is not decoded, as many as ${option} allows are waiting (${String(limit)})`;
    return new CodecError(text, { codec, failure: 'limit' });
  }

  /** A result that is there: now, or behind what waits. */
  #give(size: number, result: NonNullable<Place<In>['result']>): void {
    if (this.#head === undefined) this.#emit(result);
    else this.#enqueue({ size, result, next: undefined });
  }

  #wait(size: number, later: PromiseLike<In>): void {
    const place: Place<In> = { size, result: undefined, next: undefined };
    this.#enqueue(place);
    // A promise of the language's own settles once, and never from within something else.
    void Promise.resolve(later).then(
      (value) => {
        this.#settle(place, { value });
      },
      (thrown: unknown) => {
        this.#settle(place, { error: decodingFailure(this.#decoder.name, thrown) });
      },
    );
  }

  #enqueue(place: Place<In>): void {
    if (this.#tail === undefined) this.#head = place;
    else this.#tail.next = place;
    this.#tail = place;
    this.#pending++;
    this.#pendingBytes += place.size;
  }

  #settle(place: Place<In>, result: NonNullable<Place<In>['result']>): void {
    place.result = result;
    try {
      this.#drain();
    } catch (thrown) {
      this.#destination.error(thrown);
    }
  }

  #drain(): void {
    // The place is left only after its value was given out: what comes meanwhile goes behind it.
    for (let place = this.#head; place?.result !== undefined; place = this.#head) {
      this.#emit(place.result);
      if (this.#head !== place) return;
      this.#leave(place);
    }
    if (this.#hasEnded && this.#head === undefined) this.#destination.complete();
  }

  #leave(place: Place<In>): void {
    this.#head = place.next;
    if (this.#head === undefined) this.#tail = undefined;
    this.#pending--;
    this.#pendingBytes -= place.size;
  }

  #emit(result: NonNullable<Place<In>['result']>): void {
    if ('error' in result) this.#onError(result.error);
    else this.#destination.next(result.value);
  }
}
