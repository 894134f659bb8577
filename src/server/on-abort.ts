import type { Check } from '../protocol/option-checks.js';

/** Whether something can be told of an abort. */
export const abortSignal: Check = {
  expected: 'an AbortSignal',
  accepts: (value) =>
    typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value,
  inRangeOfType: () => false,
};

/** Runs `task` when the signal aborts. Returns what takes that back. */
export function onAbort(signal: AbortSignal | undefined, task: () => void): () => void {
  if (signal === undefined) return () => undefined;
  signal.addEventListener('abort', task, { once: true });
  return () => {
    signal.removeEventListener('abort', task);
  };
}
