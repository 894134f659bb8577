import type { Connection } from '../../src/index.js';

/** Counts the data frames that were decoded, by a tap, which never claims. */
export function decoded(connection: Connection): { count: number } {
  const counter = { count: 0 };
  connection.frames$.subscribe((frame) => {
    if (frame.opcode < 8) counter.count++;
  });
  return counter;
}
