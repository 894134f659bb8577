import {
  defer,
  EMPTY,
  from,
  lastValueFrom,
  map,
  merge,
  type Observable,
  race,
  skipUntil,
  switchMap,
  take,
  timer,
} from 'rxjs';
import { serve, type Server } from '../index.js';
import { ExitCode } from './exit-code.js';
import { SERVE_HELP } from './help.js';
import { handlerOf } from './rooms.js';
import { readServeSettings } from './serve-settings.js';
import { exitCodeOf, type Terminal } from './terminal.js';
import { asUsageError } from './usage-error.js';

/** Milliseconds for the clients to answer the Close frame. */
const GRACE_MS = 3000;

/** Milliseconds in which a signal is still the same one: npm passes on the SIGINT that the whole process group got. */
const SAME_SIGNAL_MS = 100;

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
  return lastValueFrom(
    server$.pipe(
      // Listened for first: whoever reads that Ctrl+C ends it may be quicker than the next line of code.
      switchMap((server) => merge(untilSignal(server, terminal), announce(server, terminal))),
      take(1),
    ),
  );
}

function announce(server: Server, { stdout, stderr }: Terminal): Observable<never> {
  return defer(() => {
    stdout.write(`listening on ${server.url}\n`);
    const page = typeof server.address === 'string' ? undefined : server.url.replace(/^ws/, 'http');
    const talk = `rxwire ${server.url}`;
    const hint = page === undefined ? talk : `open ${page}/ in a browser, or: ${talk}`;
    stderr.write(`To try it, ${hint}\nCtrl+C ends it.\n`);
    return EMPTY;
  });
}

function untilSignal(server: Server, { signals$ }: Terminal): Observable<number> {
  return signals$.pipe(
    take(1),
    switchMap(() =>
      race(
        from(server.close({ graceMs: GRACE_MS })).pipe(map(() => ExitCode.clean)),
        signals$.pipe(skipUntil(timer(SAME_SIGNAL_MS)), take(1), map(exitCodeOf)),
      ),
    ),
  );
}
