import type { Duplex } from 'node:stream';

/** What is said on a stream before it is what it shall be: one side's part of it, without the stream. */
export interface Exchange {
  /** What is sent first. */
  readonly opening: Uint8Array;
  /**
   * Takes what came.
   *
   * @returns what came behind the exchange, once it is over; undefined until then.
   * @throws when it failed.
   */
  take(chunk: Buffer): Uint8Array | undefined;
  /** What it is that the stream ended within the exchange. */
  ended(): Error;
}

/**
 * Goes through an exchange on `stream`. It is read no further than the exchange goes: what came behind is there for the next reader.
 *
 * Rejects with what `take` threw, the stream's error, or what `ended` says. The stream is the caller's to destroy.
 */
export function converse(stream: Duplex, exchange: Exchange): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void): void => {
      stream.off('readable', onReadable).off('end', onEnd).off('error', onError).off('close', onEnd);
      settled();
    };
    const onError = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    const onEnd = (): void => {
      onError(exchange.ended());
    };
    // Not by 'data': a stream that was paused once is not resumed by its next listener.
    const onReadable = (): void => {
      try {
        for (;;) {
          const chunk = stream.read() as Buffer | null;
          if (chunk === null) return;
          const rest = exchange.take(chunk);
          if (rest === undefined) continue;
          settle(resolve);
          if (rest.length > 0) stream.unshift(rest);
          return;
        }
      } catch (error) {
        onError(error as Error);
      }
    };
    stream.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onEnd);
    stream.write(exchange.opening);
  });
}
