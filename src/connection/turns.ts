/** The hops of one turn of the event loop, so that a test can run them on a clock of its own. */
export interface Turns {
  /** Behind the code that runs now, before anything else. */
  soon(task: () => void): void;
  /** At the end of this turn, before anything is read. */
  readonly endOfTurn: <T>(task: (subject: T) => void, subject: T) => void;
  /** In the next turn, after what can be read has been. */
  nextTurn(task: () => void): void;
}

/** The turns of Node's event loop. */
export const nodeTurns: Turns = {
  soon: queueMicrotask,
  endOfTurn: (task, subject) => {
    process.nextTick(task, subject);
  },
  nextTurn: (task) => {
    setImmediate(task);
  },
};
