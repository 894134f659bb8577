import { constants } from 'node:os';
import { from, fromEvent, isObservable, map, merge, Observable, of, Subscription } from 'rxjs';
import { checkClose } from '../protocol/close-status.js';
import { anything, type Checks, checkOptions, wholeNumber } from '../protocol/option-checks.js';
import type { Server, ServerCloseOptions } from './server.js';

/** When, and how, {@link closeOnSignals} closes. */
export interface CloseOnSignalsOptions<Signal extends string = NodeJS.Signals> extends ServerCloseOptions {
  /** The signals that close, or an Observable of them, from wherever they come. Default SIGINT and SIGTERM. */
  readonly signals?: readonly Signal[] | Observable<Signal>;
  /**
   * Milliseconds after the first signal in which another one is the same: npm passes on a SIGINT that the whole process group got. Default 100.
   */
  readonly sameSignalMs?: number;
}

/** A signal that {@link closeOnSignals} has acted upon. */
export interface SignalReceived<Signal extends string = NodeJS.Signals> {
  readonly signal: Signal;
  /** False for the first, which begins the closing; true for the second, which ends it at once. */
  readonly forced: boolean;
}

/** Those that end or stop a process whatever it wants. */
const NOT_HEARD: ReadonlySet<string> = new Set(['SIGKILL', 'SIGSTOP']);

const CHECKS: Checks = Object.freeze({
  code: anything,
  reason: anything,
  graceMs: wholeNumber(0),
  signals: anything,
  sameSignalMs: wholeNumber(0),
});

/**
 * Closes a server when the process is told to end: gracefully at the first signal, and at once at the second.
 *
 *     signals  ----SIGINT-------SIGINT---
 *     result   ----(1)----------(2)-|       (1) not forced: 1001 to the clients, who have graceMs; (2) forced: their sockets are destroyed
 *
 * Cold: as long as it is subscribed the process does not end by these signals. It emits each signal that it acts upon, completes when the server
 * has closed, whoever closed it, and then listens no more. Unsubscribing ends the listening only; given an Observable, it
 * unsubscribes that, too, which closes the server gracefully. Errors when the Observable does: when it cannot bind.
 *
 * @param source - A server, or what emits one, as `serve` and `listen` do.
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { closeOnSignals, serve } from 'rxwire';
 *
 * const serving = serve((connection) => connection.messages$, { port: 9000 });
 * closeOnSignals(serving, { graceMs: 5000 }).subscribe(({ signal }) => console.log(`${signal}: closing`));
 * ```
 */
export function closeOnSignals<Signal extends string = NodeJS.Signals>(
  source: Server<unknown> | Observable<Server<unknown>>,
  options: CloseOnSignalsOptions<Signal> = {},
): Observable<SignalReceived<Signal>> {
  checkOptions(options, CHECKS);
  const { signals, sameSignalMs = 100, ...closing } = options;
  checkClose(closing.code ?? 1001, closing.reason ?? '');
  const signals$ = signalsOf(signals);
  const server$ = isObservable(source) ? source : of(checkServer(source));
  return new Observable((subscriber) => {
    const servers = new Set<Server<unknown>>();
    const listening = new Subscription();
    let sourceEnded = false;
    let firstAt: number | undefined;
    let forced = false;

    const endIfClosed = (): void => {
      if (!sourceEnded || servers.size > 0) return;
      listening.unsubscribe();
      subscriber.complete();
    };
    const onSignal = (signal: Signal): void => {
      const now = performance.now();
      if (forced || (firstAt !== undefined && now - firstAt < sameSignalMs)) return;
      forced = firstAt !== undefined;
      firstAt ??= now;
      const how = forced ? { ...closing, graceMs: 0 } : closing;
      for (const server of servers) void server.close(how);
      subscriber.next({ signal, forced });
    };

    subscriber.add(listening);
    listening.add(signals$.subscribe(onSignal));
    subscriber.add(
      server$.subscribe({
        next: (server) => {
          servers.add(server);
          subscriber.add(
            server.connections$.subscribe({
              complete: () => {
                servers.delete(server);
                endIfClosed();
              },
            }),
          );
          // A signal may have come while it was being bound.
          if (firstAt !== undefined) void server.close(forced ? { ...closing, graceMs: 0 } : closing);
        },
        error: (error: unknown) => {
          listening.unsubscribe();
          subscriber.error(error);
        },
        complete: () => {
          sourceEnded = true;
          endIfClosed();
        },
      }),
    );
  });
}

function checkServer(source: unknown): Server<unknown> {
  const { close, connections$ } = (source ?? {}) as Partial<Server<unknown>>;
  if (typeof close === 'function' && isObservable(connections$)) return source as Server<unknown>;
  throw new TypeError('closeOnSignals takes a server, or an Observable of one such as serve and listen give');
}

function signalsOf<Signal extends string>(
  signals: readonly Signal[] | Observable<Signal> | undefined,
): Observable<Signal> {
  if (isObservable(signals)) return from(signals);
  const names: readonly string[] = signals ?? ['SIGINT', 'SIGTERM'];
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    throw new TypeError('option signals is no list of names of signals, nor an Observable of them');
  }
  for (const name of names) {
    if (name in constants.signals && !NOT_HEARD.has(name)) continue;
    throw new TypeError(
      `option signals has '${name}', expected names such as 'SIGTERM' of signals that a process can hear`,
    );
  }
  return merge(...names.map((name: string) => fromEvent(process, name).pipe(map(() => name as Signal))));
}
