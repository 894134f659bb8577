import type { Connection } from '../../src/index.js';
import { FakeTransport } from '../support/fake-transport.js';
import { type AnyOptions, connectionOver } from '../support/memory-peer.js';

/** Octets at which a {@link Fed} is paused. */
export const HIGH = 10_000;
const MARKS = { receiveHighWaterBytes: HIGH, receiveLowWaterBytes: 2000 } as const;

/** A client whose server is a list of chunks that are written while the transport is not paused. */
export class Fed {
  readonly transport = new FakeTransport();
  readonly connection: Connection;
  fed = 0;
  readonly #chunks: Uint8Array[] = [];

  constructor(options: AnyOptions = {}) {
    this.connection = connectionOver('client', this.transport, {
      keepAlive: false,
      ...MARKS,
      ...options,
    });
  }

  get paused(): boolean {
    return this.transport.events.findLast((event) => event !== 'end') === 'pause';
  }

  get left(): number {
    return this.#chunks.length;
  }

  /** Adds to what is to be written. */
  push(...chunks: readonly Uint8Array[]): this {
    this.#chunks.push(...chunks);
    return this;
  }

  /** Writes the next chunk, if it may. */
  writeOne(): boolean {
    const chunk = this.paused ? undefined : this.#chunks.shift();
    if (chunk === undefined) return false;
    this.fed += chunk.length;
    this.transport.incoming.next(Uint8Array.from(chunk));
    return true;
  }

  /** Writes as much as it may, and tells how many chunks that was. */
  writeMany(): number {
    let count = 0;
    while (this.writeOne()) count++;
    return count;
  }

  /** The same, where it does not matter. */
  write(): this {
    this.writeMany();
    return this;
  }
}
