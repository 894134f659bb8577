import { Duplex } from 'node:stream';
import { from, type ObservableInput } from 'rxjs';
import { isDuplexOfBytes } from '../transport/of-bytes.js';

/** A stream on its way from a function of the user's. */
export interface GivenStream {
  readonly stream: Promise<Duplex>;
  /** Ends the wait: what comes then is destroyed. */
  leave(): void;
}

/**
 * The first stream that a function of the user's gives; others are destroyed. An Observable stays subscribed until the stream has closed,
 * so that it may tear down then what belongs to it.
 */
export function givenStream(dial: () => ObservableInput<Duplex>): GivenStream {
  let leave: () => void = () => undefined;
  const stream = new Promise<Duplex>((resolve, reject) => {
    const input = dial();
    let isWanted = true;
    const subscription = from(input).subscribe({
      next: (value: unknown) => {
        if (!(value instanceof Duplex)) {
          reject(new TypeError(`option dial gave a value of type ${typeof value}, expected a Duplex`));
          return;
        }
        if (!isWanted || !isDuplexOfBytes(value)) {
          if (isWanted) {
            reject(new TypeError('option dial gave a stream of objects or text, expected one of bytes'));
          }
          value.on('error', () => undefined);
          value.destroy();
          return;
        }
        isWanted = false;
        value.once('close', () => {
          subscription.unsubscribe();
        });
        resolve(value);
      },
      error: reject,
      complete: () => {
        reject(new Error('option dial gave no stream'));
      },
    });
    leave = () => {
      isWanted = false;
      // A promise cannot be told, and what it gives has to be destroyed.
      if (!('then' in input)) subscription.unsubscribe();
    };
  });
  return {
    stream,
    leave: () => {
      leave();
    },
  };
}
