import type { Observable } from 'rxjs';

/** Told what happens to a {@link Transport} beside the bytes that come. */
export interface TransportListener {
  /** What was written has gone to the operating system, after {@link Transport.needsDrain} was true. */
  onDrain(): void;
  /** The transport is gone, both ways. Called once; `error` says why, if it was not ended. */
  onClose(error: Error | undefined): void;
}

/**
 * An ordered stream of bytes both ways, already connected: what a connection runs on. It does not know what the
 * bytes mean.
 */
export interface Transport {
  /** Whether the bytes are encrypted on their way. */
  readonly secure: boolean;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  /** Whether memory given to `write` is read no more as soon as `bufferedBytes` is 0. */
  readonly releasesWrites: boolean;
  /** Whether it is one of many on a socket. Nobody waits long then for the other side to end. */
  readonly multiplexed?: boolean;
  /**
   * The bytes as they come. To be subscribed once; completes when the peer has ended its side, errors when the
   * transport is lost. Unsubscribing drops what else comes.
   */
  readonly bytes$: Observable<Uint8Array>;
  /** Octets written that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Whether writing more should wait for `onDrain`. */
  readonly needsDrain: boolean;
  /** Called with every chunk before `bytes$` emits it, while it is set. It may look, and must not change it. */
  onBytes: ((chunk: Uint8Array) => void) | undefined;
  listen(listener: TransportListener): void;
  /** Writes `chunk`; `taken` is called when the operating system has it, or never. */
  write(chunk: Uint8Array, taken?: () => void): void;
  /** Writes all of them at once. */
  writeAll(chunks: readonly Uint8Array[], taken?: () => void): void;
  /** Stops and starts `bytes$`. A chunk or two may still come after `pause`. */
  pause(): void;
  resume(): void;
  /** Ends this side after what was written. */
  end(): void;
  /** Ends both sides at once; what was not taken is lost. */
  destroy(): void;
}
