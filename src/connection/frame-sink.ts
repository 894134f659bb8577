/** One frame of a length that the peer was told. */
export interface FrameSink {
  /** Octets that are missing. At 0 the frame has ended. */
  readonly remaining: number;
  /**
   * Sends the next octets.
   *
   * @returns as `send` does.
   * @throws RangeError for more than remain, and nothing of them is sent; TypeError for what cannot be text in a text message.
   */
  write(chunk: Uint8Array): boolean;
}

/** What a frame tells the message that it is part of. */
export interface FrameSinkOwner {
  write(chunk: Uint8Array): boolean;
  ended(): void;
}

/** Counts the octets of an announced frame. */
export class FrameSinkOf implements FrameSink {
  remaining: number;
  readonly #owner: FrameSinkOwner;

  constructor(length: number, owner: FrameSinkOwner) {
    this.remaining = length;
    this.#owner = owner;
  }

  write(chunk: Uint8Array): boolean {
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(`chunk is of type ${typeof chunk}, expected a Uint8Array`);
    }
    if (chunk.length > this.remaining) {
      throw new RangeError(
        `chunk has ${String(chunk.length)} octets, expected at most the ${String(this.remaining)} that remain of the frame`,
      );
    }
    const below = this.#owner.write(chunk);
    this.remaining -= chunk.length;
    if (this.remaining === 0 && chunk.length > 0) this.#owner.ended();
    return below;
  }
}
