import type { SchedulerLike } from 'rxjs';
import type { Turns } from './inside/index.js';

/** The hops of one turn, each kind in the order they were asked for. */
interface Hops {
  readonly soon: Queue;
  readonly endOfTurn: Queue;
  readonly nextTurn: Queue;
}

const known = new WeakMap<SchedulerLike, Turns>();

/**
 * The turns of an event loop that a scheduler is. Every hop is a task of the scheduler without delay; of those that wait the one goes first
 * that would in Node: microtasks, then the end of the turn, then what comes in the next. One for each scheduler, so that all that
 * happens on it has one order.
 */
export function turnsOf(scheduler: SchedulerLike): Turns {
  let turns = known.get(scheduler);
  if (turns === undefined) known.set(scheduler, (turns = makeTurns(scheduler)));
  return turns;
}

/** How what is written gets to the other side. */
export function hopOf(turns: Turns | undefined): ((task: () => void) => void) | undefined {
  return (
    turns &&
    ((task) => {
      turns.nextTurn(task);
    })
  );
}

function makeTurns(scheduler: SchedulerLike): Turns {
  const hops: Hops = { soon: new Queue(), endOfTurn: new Queue(), nextTurn: new Queue() };
  let planned = false;
  const plan = (): void => {
    if (planned) return;
    planned = true;
    scheduler.schedule(run);
  };
  const run = (): void => {
    planned = false;
    const task = hops.soon.take() ?? hops.endOfTurn.take() ?? hops.nextTurn.take();
    if (task === undefined) return;
    if (!hops.soon.empty || !hops.endOfTurn.empty || !hops.nextTurn.empty) plan();
    task();
  };
  const adding =
    (queue: Queue) =>
    (task: () => void): void => {
      queue.add(task);
      plan();
    };
  return {
    soon: adding(hops.soon),
    endOfTurn: (task, subject) => {
      hops.endOfTurn.add(() => {
        task(subject);
      });
      plan();
    },
    nextTurn: adding(hops.nextTurn),
  };
}

/** First in, first out, at a cost that does not grow. */
class Queue {
  #tasks: (() => void)[] = [];
  #next = 0;

  get empty(): boolean {
    return this.#next === this.#tasks.length;
  }

  add(task: () => void): void {
    this.#tasks.push(task);
  }

  take(): (() => void) | undefined {
    const task = this.#tasks[this.#next];
    if (task === undefined) return undefined;
    this.#next++;
    if (this.empty) {
      this.#tasks = [];
      this.#next = 0;
    }
    return task;
  }
}
