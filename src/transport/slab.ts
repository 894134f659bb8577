/** Octets of the slab: room for the replies to a few full socket reads. */
export const SLAB_BYTES: number = 256 * 1024;

/** Up to here octets are copied into the slab: cheaper than one more buffer in the write. */
export const SLAB_COPY_BYTES: number = 32 * 1024;

/** What borrows the slab, and is told when somebody else needs it. */
export interface SlabBorrower {
  /** Moves what it has written so far out of the slab. */
  giveBack(): void;
}

/**
 * The memory that frames are encoded into: one for the process, borrowed for a turn of the event loop. Whoever has
 * written to it sends that away in one write and, once the kernel has taken it, it is used again.
 */
class Slab {
  bytes: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  words: Int32Array = new Int32Array(this.bytes.buffer);
  used = 0;
  #borrower: SlabBorrower | undefined;

  /** Makes `borrower` the only one that writes; the one before moves its octets out. */
  borrow(borrower: SlabBorrower): void {
    if (this.#borrower === borrower) return;
    this.#borrower?.giveBack();
    this.#borrower = borrower;
    this.used = 0;
  }

  /** Whether `borrower` is the one that writes. */
  isLentTo(borrower: SlabBorrower): boolean {
    return this.#borrower === borrower;
  }

  /** What is written may be overwritten. */
  release(): void {
    this.used = 0;
    this.#borrower = undefined;
  }

  /** Leaves the memory to whoever still reads it, and goes on with new. */
  replace(): void {
    this.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.words = new Int32Array(this.bytes.buffer);
    this.release();
  }
}

/** The slab of this process. */
export const slab: Slab = new Slab();
