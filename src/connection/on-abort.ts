import { safely } from './safely.js';

/** One listener for each signal, however many wait for it: Node takes more than ten for a leak, and says so. */
class Abort {
  readonly #signal: AbortSignal;
  readonly #tasks = new Set<() => void>();
  readonly #run = (): void => {
    // One that is taken out meanwhile is not called any more.
    for (const task of this.#tasks) safely(task);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(task: () => void): void {
    if (this.#tasks.size === 0) this.#signal.addEventListener('abort', this.#run, { once: true });
    this.#tasks.add(task);
  }

  remove(task: () => void): void {
    if (this.#tasks.delete(task) && this.#tasks.size === 0) {
      this.#signal.removeEventListener('abort', this.#run);
    }
  }
}

const aborts = new WeakMap<AbortSignal, Abort>();

/**
 * Calls `task` when the signal aborts, and at once when it has.
 *
 * @returns what takes that back: the signal has nothing of it then.
 */
export function onAbort(signal: AbortSignal | undefined, task: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => undefined;
  // The same function may be given twice.
  const own = (): void => {
    task(signal.reason);
  };
  if (signal.aborted) {
    own();
    return () => undefined;
  }
  const abort = aborts.get(signal) ?? new Abort(signal);
  aborts.set(signal, abort);
  abort.add(own);
  return () => {
    abort.remove(own);
  };
}
