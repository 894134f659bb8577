const MAX_QUOTED_CHARACTERS = 64;

/** Text of the peer in quotes, for an error: escaped, and cut so that a peer cannot fill a log. */
export function quote(text: string): string {
  return JSON.stringify(
    text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text,
  );
}

/** What a wrong argument is: a string in quotes, anything else by its type. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  return value === null ? 'null' : typeof value;
}
