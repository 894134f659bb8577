/** The hops of one turn of the event loop, so that a test can run them on a clock of its own. */
export interface Turns {
  /** Behind the code that runs now, before anything else. */
  soon(task: () => void): void;
  /** At the end of this turn, before anything is read. */
  readonly endOfTurn: <T>(task: (subject: T) => void, subject: T) => void;
  /** In the next turn, after what can be read has been. */
  nextTurn(task: () => void): void;
}

/** What is to be done at the end of this turn: `task`, `subject`, `task`, `subject` and so on. */
let due: unknown[] = [];

/** One tick for all: each one of its own costs as much as a small message. */
function runDue(): void {
  const now = due;
  due = [];
  let done = 0;
  try {
    while (done < now.length) {
      const task = now[done] as (subject: unknown) => void;
      const subject = now[done + 1];
      done += 2;
      task(subject);
    }
  } finally {
    // One that throws keeps nobody else from their turn.
    if (done < now.length) {
      if (due.length === 0) process.nextTick(runDue);
      due = [...now.slice(done), ...due];
    }
  }
}

/** The turns of Node's event loop. */
export const nodeTurns: Turns = {
  soon: queueMicrotask,
  endOfTurn: (task, subject) => {
    if (due.length === 0) process.nextTick(runDue);
    due.push(task, subject);
  },
  nextTurn: (task) => {
    setImmediate(task);
  },
};
