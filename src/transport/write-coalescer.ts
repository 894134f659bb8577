import { slab, type SlabBorrower } from './slab.js';
import type { Transport } from './transport.js';

/** Runs `task(subject)` at the end of the current turn of the event loop, before anything else is read. */
export type Defer = <T>(task: (subject: T) => void, subject: T) => void;

/**
 * Collects what a connection sends and gives it to the transport in one write a turn of the event loop: a write costs 5 to 7 µs
 * whatever its size, a small frame a hundredth of that.
 *
 * Small frames are encoded straight into the slab (`reserve`, then `commit`); large payloads are given by reference (`push`) and must
 * not change until they are flushed.
 */
export class WriteCoalescer implements SlabBorrower {
  readonly #transport: Transport;
  readonly #defer: Defer;
  #queue: Uint8Array[] | undefined;
  #queuedBytes = 0;
  #slabBytes = 0;
  /** Whether a flush is on its way: deferred, or due at the end of the run that `hold` began. */
  #due = false;
  #held = false;
  /** Whether the transport had not taken everything when that was last looked at. */
  #behind = false;
  #taken: (() => void)[] | undefined;

  constructor(transport: Transport, defer: Defer) {
    this.#transport = transport;
    this.#defer = defer;
  }

  /** Octets accepted that the operating system has not taken. */
  get bufferedBytes(): number {
    return this.#queuedBytes + this.#slabBytes + (this.#behind ? this.#transportBytes() : 0);
  }

  /**
   * Makes room for `count` octets, at most a whole slab, in `slab.bytes`.
   *
   * @returns where they begin.
   */
  reserve(count: number): number {
    slab.borrow(this);
    if (slab.used + count > slab.bytes.length) {
      this.flush();
      slab.borrow(this);
    }
    return slab.used;
  }

  /** The slab is written up to `end`. */
  commit(end: number): void {
    this.#slabBytes += end - slab.used;
    slab.used = end;
    this.#schedule();
  }

  /** Sends `chunk` by reference, behind what is in the slab. */
  push(chunk: Uint8Array): void {
    if (this.#slabBytes > 0) this.giveBack();
    (this.#queue ??= []).push(chunk);
    this.#queuedBytes += chunk.length;
    this.#schedule();
  }

  /**
   * Sends `frame`, which many send and which never changes: by reference, since the slab would have to be given back for each of many
   * connections in turn.
   */
  share(frame: Uint8Array): void {
    this.push(frame);
  }

  giveBack(): void {
    if (this.#slabBytes === 0) return;
    (this.#queue ??= []).push(Buffer.from(slab.bytes.subarray(0, this.#slabBytes)));
    this.#queuedBytes += this.#slabBytes;
    this.#slabBytes = 0;
    slab.used = 0;
  }

  /** Until `release`, what is sent waits: the run that sends it flushes once at its end. */
  hold(): void {
    this.#held = true;
  }

  /** Ends what `hold` began. */
  release(): void {
    this.#held = false;
    if (this.#due) this.flush();
  }

  /** Calls `taken` when the operating system has everything accepted so far; never if the transport ends first. */
  whenTaken(taken: () => void): void {
    if (this.bufferedBytes === 0) {
      taken();
      return;
    }
    (this.#taken ??= []).push(taken);
    this.#schedule();
  }

  /** Gives everything to the transport now. */
  flush(): void {
    this.#due = false;
    const taken = this.#takenCallback();
    if (this.#queue !== undefined) {
      if (this.#slabBytes > 0) this.giveBack();
      const chunks = this.#queue;
      this.#queue = undefined;
      this.#queuedBytes = 0;
      if (chunks.length === 1) this.#transport.write(chunks[0]!, taken);
      else this.#transport.writeAll(chunks, taken);
      // Looked at now, while it is at hand: of many connections each would be fetched from far when it sends next.
      this.#transportBytes();
    } else if (this.#slabBytes > 0) {
      this.#writeSlab(taken);
    } else if (taken !== undefined) {
      this.#transport.write(NO_BYTES, taken);
    }
  }

  /** Drops what was not given to the transport. */
  discard(): void {
    this.#queue = undefined;
    this.#queuedBytes = 0;
    if (this.#slabBytes > 0) slab.release();
    this.#slabBytes = 0;
    this.#taken = undefined;
    this.#due = false;
  }

  #transportBytes(): number {
    const bytes = this.#transport.bufferedBytes;
    this.#behind = bytes > 0;
    return bytes;
  }

  #schedule(): void {
    if (this.#due) return;
    this.#due = true;
    if (!this.#held) this.#defer(flushDue, this);
  }

  flushIfDue(): void {
    if (this.#due && !this.#held) this.flush();
  }

  #writeSlab(taken: (() => void) | undefined): void {
    const transport = this.#transport;
    const written = slab.bytes.subarray(0, this.#slabBytes);
    this.#slabBytes = 0;
    // A transport that may keep the memory, or is behind already, gets its own: a slab is dear to replace.
    if (!this.#transport.releasesWrites || this.#behind) {
      transport.write(Buffer.from(written), taken);
      slab.release();
      this.#behind = true;
      return;
    }
    transport.write(written, taken);
    if (this.#transportBytes() === 0) slab.release();
    else slab.replace();
  }

  #takenCallback(): (() => void) | undefined {
    const taken = this.#taken;
    this.#taken = undefined;
    return (
      taken &&
      (() => {
        for (const callback of taken) callback();
      })
    );
  }
}

const NO_BYTES = new Uint8Array(0);

function flushDue(coalescer: WriteCoalescer): void {
  coalescer.flushIfDue();
}
