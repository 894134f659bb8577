/**
 * Calls `task` when a signal aborts, and at once when it has.
 *
 * @returns what takes the listener off the signal again. Until then, or until it has aborted, the signal has it.
 */
export function onAbort(signal: AbortSignal, task: (reason: unknown) => void): () => void {
  const abort = (): void => {
    task(signal.reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return () => {
    signal.removeEventListener('abort', abort);
  };
}
