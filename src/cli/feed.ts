import { firstValueFrom, NEVER, type Observable, race, timer } from 'rxjs';
import type { Connection, Outgoing } from '../index.js';
import type { Desk } from './desk.js';
import { leave } from './leave.js';
import type { Receiver } from './receiver.js';
import { runSlash } from './slash.js';

/**
 * Sends what the command line and stdin have, no faster than it gets away, and closes behind it. When the connection ends before, what is
 * left of stdin stays where it is.
 *
 * Rejects for a line of stdin that cannot be sent.
 */
export async function feed(connection: Connection, receiver: Receiver, desk: Desk): Promise<void> {
  const { settings, supply } = desk;
  for (const text of [...settings.texts, ...settings.execute]) await sendWhole(connection, text);
  // Only when what was sent is out does the time begin that is waited for more.
  if (settings.execute.length > 0) {
    await connection.flush();
    await pass(after(settings.waitSeconds), connection);
  } else if (await feedSupply(connection, receiver, desk)) {
    await connection.flush();
    supply.end();
    await pass(supply.over$, connection);
  } else return;
  if (connection.state === 'closed') return;
  await receiver.takeEverything();
  leave(connection);
}

/** Resolves to whether all of stdin was sent. */
async function feedSupply(connection: Connection, receiver: Receiver, desk: Desk): Promise<boolean> {
  const { supply, screen } = desk;
  for (let item = await supply.peek(); item !== undefined; item = await supply.peek()) {
    if (connection.state !== 'open') return false;
    supply.take(item);
    if ('outgoing' in item) {
      await sendWhole(connection, item.outgoing);
      continue;
    }
    if (item.command.name === 'close') await receiver.takeEverything();
    runSlash(item.command, connection, (text) => screen.note(text));
  }
  return true;
}

async function sendWhole(connection: Connection, data: Outgoing): Promise<void> {
  if (!connection.send(data)) await connection.flush();
}

/** Waits for the time or the end of the connection. */
async function pass(time$: Observable<unknown>, { closed$ }: Connection): Promise<void> {
  await firstValueFrom(race(time$, closed$));
}

function after(seconds: number): Observable<unknown> {
  return seconds === Infinity ? NEVER : timer(seconds * 1000);
}
