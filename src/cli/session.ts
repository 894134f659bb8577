import { firstValueFrom, type Observable, race, tap, timer } from 'rxjs';
import type { CloseInfo, Connection } from '../index.js';
import type { Desk } from './desk.js';
import { feed } from './feed.js';
import { Receiver } from './receiver.js';
import { traceFrames, tracePings } from './traces.js';

/** Milliseconds for the server to answer a Close frame when nobody waits for what it still has to say. */
const HURRY_MS = 1000;

/** How a session ended that was clean: nobody wants more, or the connection was closed. */
export type SessionEnd = 'enough' | 'closed';

/** Both directions of one connection, until it has closed. Rejects for an end that was not clean. */
export async function runSession(connection: Connection, desk: Desk): Promise<SessionEnd> {
  const { screen, settings, talkative } = desk;
  const say = (text: string): void => screen.note(text);
  if (settings.verbose > 1) traceFrames(connection, say);
  if (settings.showPingPong) tracePings(connection, say);
  if (talkative) say(greeting(connection));

  const receiver = new Receiver(connection, screen, settings.oneMessage ? 1 : Infinity);
  const receiving = receiver.run();
  // That stdin has ended is not the end; that it cannot be sent is.
  const feeding = feed(connection, receiver, desk).then(() => receiving);
  await Promise.race([receiving, feeding, screen.whenBroken]);

  if (connection.state !== 'closed') {
    receiver.letGo();
    await firstValueFrom(closeSoon(connection));
  }
  if (screen.broken) {
    await screen.whenBroken;
    return 'enough';
  }
  const info = await firstValueFrom(connection.closed$);
  // It is all there is to say where no other connection follows.
  if (talkative || (info.code === 1001 && !settings.reconnect)) say(farewell(info));
  return receiver.enough ? 'enough' : 'closed';
}
/**
 * Closes; emits when the connection has closed, or was ended for want of an answer. What still waits to be shown is not waited for then:
 * stdout may take nothing any more.
 */
export function closeSoon(connection: Connection): Observable<unknown> {
  connection.close();
  const tooLate$ = timer(HURRY_MS).pipe(
    tap(() => {
      connection.terminate();
    }),
  );
  return race(connection.closed$, tooLate$);
}

/** Where, without a query, which often has a secret in it, and what was agreed on; the extensions as the server's answer has them, with their parameters. */
function greeting({ request, response, subprotocol }: Connection): string {
  const extensions = response.headers.get('sec-websocket-extensions');
  return [
    `connected to ${request.headers.get('host') ?? ''}${request.target.replace(/\?.*/s, '?…')}`,
    ...(subprotocol === undefined ? [] : [`subprotocol ${subprotocol}`]),
    ...(extensions === undefined ? [] : [`extensions ${extensions}`]),
  ].join(', ');
}

function farewell({ code, reason }: CloseInfo): string {
  return `closed with ${String(code)}${reason === '' ? '' : ` (${reason})`}`;
}
