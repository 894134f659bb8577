/*
 * Tokens and comma-separated lists, RFC 9110 sections 5.6.1 and 5.6.2. Everything here looks at each character a
 * bounded number of times: a peer writes these texts, and a regular expression with a quantified group could be
 * made to backtrack over them.
 */

const TAB = 0x09;
const SPACE = 0x20;
const COMMA = 0x2c;

const TOKEN_CHARACTERS: string =
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const IS_TOKEN: Uint8Array = new Uint8Array(128);
for (let i = 0; i < TOKEN_CHARACTERS.length; i++) IS_TOKEN[TOKEN_CHARACTERS.charCodeAt(i)] = 1;

/** Whether tokens may have the character of this code. `NaN`, which is beyond the end of a text, is none. */
export function isTokenCharacter(code: number): boolean {
  return IS_TOKEN[code] === 1;
}

/** Whether `text` is a token: one or more of the characters of a header name. RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!isTokenCharacter(text.charCodeAt(i))) return false;
  }
  return text.length > 0;
}

/** Whether the character is optional whitespace. RFC 9110 section 5.6.3. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** `text` from `start` to `end` without the optional whitespace at both ends, which is SP and HTAB and no other. */
function withoutBlanks(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** The elements of a comma-separated list, trimmed; empty elements included. RFC 9110 section 5.6.1. */
export function listElements(value: string): string[] {
  const elements: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) !== COMMA) continue;
    elements.push(withoutBlanks(value, start, i));
    start = i + 1;
  }
  elements.push(withoutBlanks(value, start, value.length));
  return elements;
}

/** The tokens of a list of at least one, or undefined when an element is empty or no token. */
export function parseTokenList(value: string): string[] | undefined {
  const elements = listElements(value);
  return elements.every(isToken) ? elements : undefined;
}

/**
 * Whether a list names `token`, which is given in lower case; the list's case does not matter. Elements that are
 * empty or malformed do not count, and do no harm.
 */
export function listHasToken(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  // Nearly always it is the only one.
  return (
    value.toLowerCase() === token || listElements(value).some((element) => element.toLowerCase() === token)
  );
}
