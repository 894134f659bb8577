import { lastValueFrom, map, takeWhile, tap } from 'rxjs';
import { closeOnSignals, serve, type Server } from '../index.js';
import { ExitCode } from './exit-code.js';
import { SERVE_HELP } from './help.js';
import { handlerOf } from './rooms.js';
import { readServeSettings } from './serve-settings.js';
import { exitCodeOf, type Terminal } from './terminal.js';
import { asUsageError } from './usage-error.js';

/** Milliseconds for the clients to answer the Close frame. */
const GRACE_MS = 3000;

/** `rxwire serve`: until a signal. Resolves to the exit code. */
export async function runServe(args: readonly string[], terminal: Terminal): Promise<number> {
  const settings = readServeSettings(args);
  if (settings === undefined) {
    terminal.stdout.write(SERVE_HELP);
    return ExitCode.clean;
  }
  // Whoever read the first line may stop reading: the server goes on.
  terminal.stdout.on('error', () => undefined);
  const server$ = asUsageError(() => serve(handlerOf(settings.mode), settings.options));
  // It listens for signals first: whoever reads that Ctrl+C ends it may be quicker than the next line of code.
  const signals$ = closeOnSignals(
    server$.pipe(
      tap((server) => {
        announce(server, terminal);
      }),
    ),
    { signals: terminal.signals$, graceMs: GRACE_MS },
  );
  const codes$ = signals$.pipe(
    takeWhile(({ forced }) => !forced, true),
    map(({ signal, forced }) => (forced ? exitCodeOf(signal) : ExitCode.clean)),
  );
  return lastValueFrom(codes$, { defaultValue: ExitCode.clean });
}

function announce(server: Server, { stdout, stderr }: Terminal): void {
  stdout.write(`listening on ${server.url}\n`);
  const page = typeof server.address === 'string' ? undefined : server.url.replace(/^ws/, 'http');
  const talk = `rxwire ${server.url}`;
  const hint = page === undefined ? talk : `open ${page}/ in a browser, or: ${talk}`;
  stderr.write(`To try it, ${hint}\nCtrl+C ends it.\n`);
}
