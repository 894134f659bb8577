import type { SchedulerLike } from 'rxjs';
import { type Cancel, clockOf } from '../../connection/clock.js';

/** What a timer of Node holds at most; a longer one would fire at once. */
export const MAX_WAIT_MS = 2 ** 31 - 1;

/** What somebody waits by. */
export interface Waiting {
  readonly scheduler: SchedulerLike | undefined;
  /** Whether the process may exit meanwhile. */
  readonly unref: boolean;
}

/**
 * Runs `task` in `ms` milliseconds, at most `MAX_WAIT_MS`. Unlike the timers of a connection, which has a socket for that, this one keeps the
 * process alive: otherwise a client would be gone with its server.
 */
export function wait(ms: number, { scheduler, unref }: Waiting, task: () => void): Cancel {
  if (scheduler !== undefined) return clockOf(scheduler).after(ms, task);
  const timer = setTimeout(task, ms);
  if (unref) timer.unref();
  return () => {
    clearTimeout(timer);
  };
}
