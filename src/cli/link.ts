import { BehaviorSubject, EMPTY, map, merge, type Observable, switchMap } from 'rxjs';
import { type Connection, type LinkStatus, reconnect } from '../index.js';
import type { Desk } from './desk.js';

/**
 * The connections of a command: one, or with --reconnect one after the other, as the operator `reconnect` decides.
 *
 * Errors as `connect` does; with --reconnect also while there is no connection, with why there is none, when nothing is left to be sent.
 */
export function linkOf(connection$: Observable<Connection>, desk: Desk): Observable<Connection> {
  const { settings, supply, prompt } = desk;
  if (!settings.reconnect) return connection$;
  const status$ = new BehaviorSubject<LinkStatus>({ state: 'idle' });
  tellAttempts(status$, desk);
  // Somebody may leave before there was a connection that asked for a line.
  if (prompt !== undefined && settings.execute.length === 0) supply.watch();
  return merge(
    connection$.pipe(reconnect({ maxAttempts: settings.maxAttempts, status: status$ })),
    status$.pipe(
      switchMap((status) => (status.state === 'waiting' ? failing(supply.over$, status.cause) : EMPTY)),
    ),
  );
}

function failing(when$: Observable<unknown>, error: Error): Observable<never> {
  return when$.pipe(
    map(() => {
      throw error;
    }),
  );
}

/** Says why it is tried again, and when: always, or when the reason is a new one since there was a connection. */
function tellAttempts(status$: Observable<LinkStatus>, { talkative, screen }: Desk): void {
  let known: string | undefined;
  status$.subscribe((status) => {
    if (status.state === 'open') known = undefined;
    if (status.state !== 'waiting') return;
    const { attempt, delayMs, cause } = status;
    if (talkative || cause.message !== known) {
      screen.note(`${cause.message}; attempt ${String(attempt)} in ${(delayMs / 1000).toFixed(1)} s`);
    }
    known = cause.message;
  });
}
