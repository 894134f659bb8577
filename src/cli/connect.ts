import {
  catchError,
  concatMap,
  EMPTY,
  last,
  lastValueFrom,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  race,
  share,
  switchMap,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import { connect, type Connection, ConnectionClosedError } from '../index.js';
import { FLAG_OF_OPTION } from './client-flags.js';
import { type ConnectSettings, readConnectSettings } from './connect-settings.js';
import type { Desk } from './desk.js';
import { ExitCode } from './exit-code.js';
import { HELP } from './help.js';
import { interrupts, leavePrompt, openPrompt } from './keyboard.js';
import { linkOf } from './link.js';
import { Screen } from './screen.js';
import { closeSoon, runSession } from './session.js';
import type { Style } from './show.js';
import { Supply } from './supply.js';
import { exitCodeOf, type Signal, type Terminal } from './terminal.js';
import { asUsageError } from './usage-error.js';

/** `rxwire <url>`: until the connection has closed, or a signal. Resolves to the exit code. */
export async function runConnect(args: readonly string[], terminal: Terminal): Promise<number> {
  const settings = readConnectSettings(args);
  if (settings === undefined) {
    terminal.stdout.write(HELP);
    return ExitCode.clean;
  }
  const connection$ = asUsageError(() => connect(settings.url, settings.options), FLAG_OF_OPTION);
  if (settings.noVerification) {
    terminal.stderr.write("rxwire: warning: the server's certificate is not verified\n");
  }
  const prompt = openPrompt(terminal, settings.raw);
  const desk: Desk = {
    settings,
    supply: new Supply(settings, terminal, prompt),
    screen: new Screen(terminal, styleOf(settings, terminal), prompt),
    prompt,
    talkative: prompt !== undefined || settings.verbose > 0,
  };
  try {
    return await lastValueFrom(converse(linkOf(connection$, desk), desk, terminal));
  } finally {
    if (prompt !== undefined) leavePrompt(prompt, terminal);
  }
}

/** The exit code of the sessions, or that of the signal which ended them. */
function converse(link$: Observable<Connection>, desk: Desk, { signals$ }: Terminal): Observable<number> {
  let open: Connection | undefined;
  const sessions$ = sessionsOver(link$.pipe(tap((connection) => (open = connection))), desk);
  const all$ = merge(signals$, desk.prompt === undefined ? NEVER : interrupts(desk.prompt)).pipe(share());
  const interrupted$ = all$.pipe(
    take(1),
    switchMap((signal) => ending(open, all$).pipe(map(() => exitCodeOf(signal)))),
  );
  return merge(sessions$, interrupted$).pipe(take(1));
}

/** One session after the other; emits the exit code at the end, and errors when the last one was not clean. */
function sessionsOver(connection$: Observable<Connection>, desk: Desk): Observable<number> {
  return connection$.pipe(
    map((connection) => () => runSession(connection, desk)),
    // How a connection ended is its session's to judge. Another error waits, too, for what the last session still has to show.
    catchError((error: Error) =>
      error instanceof ConnectionClosedError ? EMPTY : of(() => Promise.reject(error)),
    ),
    concatMap((run) => run().catch(keepLost)),
    takeWhile((end) => end !== 'enough', true),
    last(),
    map((end) => {
      if (end instanceof ConnectionClosedError) throw end;
      return ExitCode.clean;
    }),
  );
}

/** That a connection was lost is an error only when there is no other after it. */
function keepLost(error: unknown): ConnectionClosedError {
  if (error instanceof ConnectionClosedError) return error;
  throw error;
}

/** Emits when the connection has closed, or at a second signal. */
function ending(connection: Connection | undefined, signals$: Observable<Signal>): Observable<unknown> {
  return connection === undefined ? of(undefined) : race(closeSoon(connection), signals$).pipe(take(1));
}

function styleOf(settings: ConnectSettings, { stdout, noColor }: Terminal): Style {
  const onTerminal = stdout.isTTY === true && !settings.raw;
  const start = performance.now();
  return {
    opcode: settings.verbose > 0,
    seconds: settings.timings ? () => (performance.now() - start) / 1000 : undefined,
    mark: onTerminal ? '< ' : '',
    color: onTerminal && !settings.noColor && !noColor,
  };
}
