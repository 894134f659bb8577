import type { Message } from '../index.js';
import { escapeControls } from './escape.js';

/** How messages are shown. */
export interface Style {
  /** Whether the opcode is named before the data. */
  readonly opcode: boolean;
  /** Seconds since the start, before everything. */
  readonly seconds: (() => number) | undefined;
  /** What stands before a message on a terminal. */
  readonly mark: string;
  readonly color: boolean;
}

const BLUE = '\x1b[34m';
const PLAIN = '\x1b[39m';
const NEWLINE = Buffer.from('\n');

/** The most bytes of a binary message that are shown on a terminal. */
const SHOWN_BYTES = 256;

/** A message as a line for a terminal, without its newline: nothing in it acts on the terminal. */
export function forTerminal(message: Message, style: Style): string {
  const data = message.type === 'text' ? escapeControls(message.data) : hexadecimal(message.data);
  const line = `${style.mark}${prefix(message, style)}${data}`;
  return style.color ? `${BLUE}${line}${PLAIN}` : line;
}

/** A message for a pipe or a file: a text is a line, binary data is as it came. */
export function forPipe(message: Message, style: Style): string | Uint8Array {
  const before = prefix(message, style);
  if (message.type === 'text') return `${before}${message.data}\n`;
  return before === '' ? message.data : Buffer.concat([Buffer.from(before), message.data, NEWLINE]);
}

function prefix({ type }: Message, { seconds, opcode }: Style): string {
  const time = seconds === undefined ? '' : `${seconds().toFixed(3)}: `;
  return opcode ? `${time}${type}: ` : time;
}

/** `68 69 (2 bytes)`, and no more than the first 256. */
function hexadecimal(data: Uint8Array): string {
  const shown = Array.from(data.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, '0'));
  const cut = data.length > SHOWN_BYTES ? ' …' : '';
  const bytes = `${String(data.length)} byte${data.length === 1 ? '' : 's'}`;
  return data.length === 0 ? `(${bytes})` : `${shown.join(' ')}${cut} (${bytes})`;
}
