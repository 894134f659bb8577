/** Runs `task` when the signal aborts. Returns what takes that back. */
export function onAbort(signal: AbortSignal | undefined, task: () => void): () => void {
  if (signal === undefined) return () => undefined;
  signal.addEventListener('abort', task, { once: true });
  return () => {
    signal.removeEventListener('abort', task);
  };
}
