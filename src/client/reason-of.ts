/** Why something failed, in words. When every address of a name was refused, Node's error has no text of its own. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `a value of type ${typeof error} was thrown`;
  const { code, reason, errors } = error as { code?: unknown; reason?: unknown; errors?: unknown };
  // OpenSSL's text has its place in OpenSSL's source, and ends a line; its reason is the part for people.
  if (typeof code === 'string' && /^ERR_O?SSL_/.test(code) && typeof reason === 'string') return reason;
  if (error.message !== '' || !Array.isArray(errors)) return error.message;
  return errors.map((inner: Error) => inner.message).join('; ');
}
