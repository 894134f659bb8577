import { interval } from 'rxjs';
import type { Connection } from '../index.js';

/** Seconds without a byte from the server after which nothing more is expected of it. */
const SILENCE_SECONDS = 10;

/**
 * Closes the connection and lets the server finish: what it still sends may take as long as it likes, as long as something comes. Ticks are
 * counted rather than time, so that a stdout which blocks the process is not taken for silence of the server.
 */
export function leave(connection: Connection, code?: number, reason?: string): void {
  connection.close(code, reason);
  let silent = 0;
  const hearing = connection.bytes$.subscribe(() => (silent = 0));
  hearing.add(
    interval(1000).subscribe(() => {
      if (++silent >= SILENCE_SECONDS) connection.terminate();
    }),
  );
  connection.closed$.subscribe(() => hearing.unsubscribe());
}
