import { safely } from '../connection/safely.js';

type Task = (reason: unknown) => void;

/** Those who wait for one signal, with the one listener that they have there: Node warns of a leak from the eleventh on. */
interface Waiting {
  readonly tasks: Set<Task>;
  readonly listener: () => void;
}

const waitings = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `task` when a signal aborts, and at once when it has.
 *
 * @param task - A function of its own for each call.
 * @returns what ends the wait. With the last one the listener leaves the signal, too.
 */
export function onAbort(signal: AbortSignal, task: Task): () => void {
  if (signal.aborted) {
    task(signal.reason);
    return () => undefined;
  }
  const { tasks, listener } = waitings.get(signal) ?? begin(signal);
  tasks.add(task);
  return () => {
    if (!tasks.delete(task) || tasks.size > 0) return;
    waitings.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

function begin(signal: AbortSignal): Waiting {
  const tasks = new Set<Task>();
  const listener = (): void => {
    // One that is taken out meanwhile is not called any more.
    for (const task of tasks) {
      safely(() => {
        task(signal.reason);
      });
    }
  };
  const waiting = { tasks, listener };
  waitings.set(signal, waiting);
  signal.addEventListener('abort', listener, { once: true });
  return waiting;
}
