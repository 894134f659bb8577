import type { HeldStore } from '../operators/streams/held-store.js';
import type { ReceivedStream } from '../operators/streams/received-stream.js';
import type { ReceiveWindow } from './receive-window.js';

/** What the streams of a connection hold, of which each counts for the receive window. */
export class StreamHolds {
  readonly #window: ReceiveWindow;
  readonly #onEmpty: () => void;
  /** The streams that hold something. */
  readonly #holding: Set<Hold> = new Set();

  /** @param onEmpty - Called whenever nothing is held any more. */
  constructor(window: ReceiveWindow, onEmpty: () => void) {
    this.#window = window;
    this.#onEmpty = onEmpty;
  }

  /** Streams that hold something. */
  get count(): number {
    return this.#holding.size;
  }

  /** Whether one of them is waiting for somebody to read it at all. */
  get untouched(): boolean {
    for (const { stream } of this.#holding) if (stream?.taken === false) return true;
    return false;
  }

  /** Whether somebody who reads one of them has not got to its end. */
  get beingRead(): boolean {
    for (const { stream } of this.#holding) if (stream?.taken === true) return true;
    return false;
  }

  /** Makes a stream that holds what it has to here. */
  stream(make: (store: HeldStore) => ReceivedStream): ReceivedStream {
    const hold = new Hold(this.#window, (holds) => {
      this.#note(hold, holds);
    });
    const stream = make(hold);
    hold.stream = stream;
    return stream;
  }

  /** They may be read on, but nobody waits for that. */
  forget(): void {
    this.#holding.clear();
  }

  #note(hold: Hold, holds: boolean): void {
    if (holds) {
      this.#holding.add(hold);
    } else if (this.#holding.delete(hold) && this.#holding.size === 0) {
      this.#onEmpty();
    }
  }
}

/** What one stream holds. */
class Hold implements HeldStore {
  stream: ReceivedStream | undefined;
  readonly #window: ReceiveWindow;
  readonly #note: (holds: boolean) => void;
  #things = 0;

  constructor(window: ReceiveWindow, note: (holds: boolean) => void) {
    this.#window = window;
    this.#note = note;
  }

  hold(bytes: number): void {
    if (this.#things++ === 0) this.#note(true);
    this.#window.hold(bytes);
  }

  release(bytes: number): void {
    if (--this.#things === 0) this.#note(false);
    this.#window.release(bytes);
  }
}
