/** Why something failed, in words. When every address of a name was refused, Node's error has no text of its own. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `a value of type ${typeof error} was thrown`;
  const errors: unknown = (error as { errors?: unknown }).errors;
  if (error.message !== '' || !Array.isArray(errors)) return error.message;
  return errors.map((inner: Error) => inner.message).join('; ');
}
