import type { Duplex } from 'node:stream';

/** Resolves when `stream` emits `event`; rejects with its error, or when it closes without one. */
export function ready(stream: Duplex, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void): void => {
      stream.off(event, onReady).off('error', onError).off('close', onClose);
      settled();
    };
    const onReady = (): void => {
      // Encryption may have been judged, and found wanting, by a listener before this one.
      if (!stream.destroyed) settle(resolve);
    };
    const onError = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    const onClose = (): void => {
      settle(() => {
        reject(new Error('the stream was closed'));
      });
    };
    stream.on(event, onReady).on('error', onError).on('close', onClose);
  });
}
