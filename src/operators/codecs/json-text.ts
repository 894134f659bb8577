import { CodecError } from './codec-error.js';
import type { Incoming } from './codec.js';

/** What is done with a message that has a key `__proto__` in it: the message is refused, or the key removed. */
export type ProtoKeys = 'refuse' | 'remove';

const CODEC = 'json';
const PROTO = '__proto__';
/** A byte order mark is kept, and is a wrong character then as it is in text. RFC 8259 section 8.1. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function failed(text: string): CodecError {
  return new CodecError(`${CODEC}: ${text}`, { codec: CODEC, failure: 'syntax' });
}

/** The text of a message. @throws CodecError for a binary one where that is not taken, and for what is not UTF-8. */
export function jsonText(message: Incoming, acceptBinary: boolean): string {
  if (message.type === 'binary' && !acceptBinary) {
    const text = `${CODEC}: the message is binary, expected text (acceptBinary takes both)`;
    throw new CodecError(text, { codec: CODEC, failure: 'type' });
  }
  if (typeof message.data === 'string') return message.data;
  try {
    return utf8.decode(message.data);
  } catch {
    throw failed('the message is not UTF-8');
  }
}

/**
 * Parses JSON in which no object has a key `__proto__`: code that copies objects key by key would take it for their prototype.
 *
 * @throws CodecError without what the engine says, since that quotes the text.
 */
export function parseJson(text: string, protoKeys: ProtoKeys): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw failed(`the message is not JSON${placeOf(thrown)}`);
  }
  if (mayHaveProtoKey(text)) guard(value, protoKeys);
  return value;
}

/** Where the text is wrong, if the engine tells: its last words are ` at position 7`, and what it quotes comes before. */
function placeOf(thrown: unknown): string {
  const words = (thrown as Error).message;
  if (words === 'Unexpected end of JSON input') return ', it ends too early';
  const [, position] = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(words) ?? [];
  return position === undefined ? '' : `, at position ${position}`;
}

/** Whether it is worth looking: the key is there in letters, or in escapes, which all begin so. */
function mayHaveProtoKey(text: string): boolean {
  return text.includes(PROTO) || text.includes('\\u00');
}

/** Goes through all objects. It does not recur: the parser takes any depth, the stack does not. */
function guard(value: unknown, protoKeys: ProtoKeys): void {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, PROTO)) {
      if (protoKeys === 'refuse') throw failed('an object of the message has a key __proto__');
      Reflect.deleteProperty(next, PROTO);
    }
    for (const inner of Object.values(next)) left.push(inner);
  }
}
