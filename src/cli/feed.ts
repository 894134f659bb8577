import { setTimeout as delay } from 'node:timers/promises';
import type { Interface } from 'node:readline';
import type { Connection, Outgoing } from '../index.js';
import type { ConnectSettings } from './connect-settings.js';
import { typedLines } from './keyboard.js';
import { leave } from './leave.js';
import { linesOf } from './lines.js';
import type { Receiver } from './receiver.js';
import type { Screen } from './screen.js';
import { parseSlash, runSlash } from './slash.js';
import type { Terminal } from './terminal.js';

/** What a session sends from, and tells the user with. */
export interface Desk {
  readonly settings: ConnectSettings;
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly prompt: Interface | undefined;
}

/**
 * Sends what the command line and stdin have, no faster than it gets away, and closes behind it.
 *
 * Rejects for a line of stdin that cannot be sent.
 */
export async function feed(connection: Connection, receiver: Receiver, desk: Desk): Promise<void> {
  const { texts, execute, waitSeconds, oneMessage, eofWaitSeconds } = desk.settings;
  for (const text of [...texts, ...execute]) await sendWhole(connection, text);
  if (execute.length > 0) {
    await leaveAfter(waitSeconds, connection, receiver);
    return;
  }
  for await (const outgoing of outgoings(connection, desk)) {
    if (connection.state !== 'open') return;
    await sendWhole(connection, outgoing);
    if (oneMessage) break;
  }
  if (eofWaitSeconds !== undefined) await leaveAfter(eofWaitSeconds, connection, receiver);
}

async function sendWhole(connection: Connection, data: Outgoing): Promise<void> {
  if (!connection.send(data)) await connection.flush();
}

/** Closes after so long, once what was sent is out: only then does the time for the answer begin. */
async function leaveAfter(seconds: number, connection: Connection, receiver: Receiver): Promise<void> {
  await connection.flush();
  if (seconds === Infinity) return;
  if (seconds > 0) await delay(seconds * 1000);
  await receiver.takeEverything();
  leave(connection);
}

async function* outgoings(connection: Connection, desk: Desk): AsyncGenerator<Outgoing, void> {
  const { settings, terminal, prompt, screen } = desk;
  if (settings.binary && prompt === undefined) {
    for await (const chunk of terminal.stdin) yield Buffer.from(chunk as Uint8Array);
    return;
  }
  const lines =
    prompt === undefined ? linesOf(terminal.stdin as AsyncIterable<Uint8Array>) : typedLines(prompt);
  for await (const line of lines) {
    const command = settings.slash ? parseSlash(Buffer.from(line).toString()) : undefined;
    if (command === undefined) yield messageOf(line, settings.binary);
    else if (command.name === 'send') yield messageOf(Buffer.from(command.text), settings.binary);
    else runSlash(command, connection, (text) => screen.note(text));
  }
}

/** A line is UTF-8 already, and sent as it is. */
function messageOf(line: Uint8Array, isBinary: boolean): Outgoing {
  return isBinary ? line : { type: 'text', data: line };
}
