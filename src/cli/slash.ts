import { finalize } from 'rxjs';
import type { Connection } from '../index.js';
import { leave } from './leave.js';

/** What a line that begins with a slash asks for. */
export type SlashCommand =
  | { readonly name: 'ping'; readonly data: string }
  | { readonly name: 'pong'; readonly data: string }
  | { readonly name: 'close'; readonly code: number | undefined; readonly reason: string }
  | { readonly name: 'send'; readonly text: string }
  | { readonly name: 'unknown'; readonly text: string };

const COMMANDS = '/ping [data], /pong [data], /close [code] [reason]';

/** Reads a line: a command, or a text to send. `//x` is the text `/x`. */
export function parseSlash(line: string): SlashCommand {
  if (!line.startsWith('/')) return { name: 'send', text: line };
  if (line.startsWith('//')) return { name: 'send', text: line.slice(1) };
  const [, word = '', rest = ''] = /^\/(\S*)\s*(.*)$/su.exec(line) ?? [];
  if (word === 'ping' || word === 'pong') return { name: word, data: rest };
  const close = /^(?:(\d+)(?:\s+(.*))?)?$/su.exec(rest);
  if (word !== 'close' || close === null) return { name: 'unknown', text: line };
  const [, code, reason = ''] = close;
  return { name: 'close', code: code === undefined ? undefined : Number(code), reason };
}

/** Does what the command asks for. What the library refuses, such as a code that cannot be sent, is said and nothing else. */
export function runSlash(
  command: Exclude<SlashCommand, { name: 'send' }>,
  connection: Connection,
  say: (text: string) => void,
): void {
  try {
    if (command.name === 'ping') ping(connection, command.data, say);
    else if (command.name === 'pong') connection.pong(command.data);
    else if (command.name === 'close') leave(connection, command.code, command.reason);
    else say(`no such command: ${command.text} (there are ${COMMANDS})`);
  } catch (error) {
    say((error as Error).message);
  }
}

function ping(connection: Connection, data: string, say: (text: string) => void): void {
  let answered = false;
  const report = finalize<number>(() => {
    if (!answered) say('no pong before the connection ended');
  });
  connection
    .ping(data === '' ? undefined : data)
    .pipe(report)
    .subscribe((ms) => {
      answered = true;
      say(`pong after ${ms.toFixed(1)} ms`);
    });
}
