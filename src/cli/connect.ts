import type { Interface } from 'node:readline';
import {
  catchError,
  EMPTY,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  race,
  share,
  switchMap,
  take,
  tap,
} from 'rxjs';
import { connect, type Connection, ConnectionClosedError } from '../index.js';
import { FLAG_OF_OPTION } from './client-flags.js';
import { type ConnectSettings, readConnectSettings } from './connect-settings.js';
import { ExitCode } from './exit-code.js';
import { HELP } from './help.js';
import { interrupts, leavePrompt, openPrompt } from './keyboard.js';
import { Screen } from './screen.js';
import { closeSoon, runSession } from './session.js';
import type { Style } from './show.js';
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
  try {
    return await lastValueFrom(converse(connection$, settings, terminal, prompt));
  } finally {
    if (prompt !== undefined) leavePrompt(prompt, terminal);
  }
}

/** The session's exit code, or that of the signal which ended it. */
function converse(
  connection$: Observable<Connection>,
  settings: ConnectSettings,
  terminal: Terminal,
  prompt: Interface | undefined,
): Observable<number> {
  const screen = new Screen(terminal, styleOf(settings, terminal), prompt);
  let open: Connection | undefined;
  const session$ = connection$.pipe(
    // How it ended is the session's to judge, which may still be showing what came.
    catchError((error: unknown) => {
      if (error instanceof ConnectionClosedError) return EMPTY;
      throw error;
    }),
    tap((connection) => (open = connection)),
    mergeMap((connection) => runSession(connection, { settings, terminal, screen, prompt })),
  );
  const signals$ = merge(terminal.signals$, prompt === undefined ? NEVER : interrupts(prompt)).pipe(share());
  const interrupted$ = signals$.pipe(
    take(1),
    switchMap((signal) => ending(open, signals$).pipe(map(() => exitCodeOf(signal)))),
  );
  return merge(session$, interrupted$).pipe(take(1));
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
