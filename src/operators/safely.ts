import { config } from 'rxjs';

/**
 * Runs what may run a user's code at a place where others are to have their turn too: a subscriber's teardown, which rxjs lets throw at
 * whoever completes or unsubscribes. What it throws goes where rxjs sends what subscribers throw: to `config.onUnhandledError`, or uncaught in a
 * timer of its own.
 */
export function safely(task: () => void): void {
  try {
    task();
  } catch (error) {
    setTimeout(() => {
      const { onUnhandledError } = config;
      if (onUnhandledError === null) throw error;
      onUnhandledError(error);
    });
  }
}
