/** What is thrown need not be an Error: the reason of an AbortSignal, for one. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
