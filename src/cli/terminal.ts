import { type Observable, fromEvent, map, merge } from 'rxjs';
import { ExitCode } from './exit-code.js';

/** The signals that end the command. */
export type Signal = 'SIGINT' | 'SIGTERM';

/** What the command reads and writes: the process, or what a spec puts in its place. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly writableLength?: number };
  readonly stderr: NodeJS.WritableStream;
  /** Subscribing takes the signals from the process, which would end at once otherwise. */
  readonly signals$: Observable<Signal>;
  /** Whether whoever started the command asks for no colours: https://no-color.org */
  readonly noColor: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const signals = (['SIGINT', 'SIGTERM'] as const).map((name) =>
    fromEvent(process, name).pipe(map(() => name)),
  );
  return {
    stdin,
    stdout,
    stderr,
    signals$: merge(...signals),
    noColor: (process.env['NO_COLOR'] ?? '') !== '',
  };
}

/** The exit code of a command that a signal ended. */
export function exitCodeOf(signal: Signal): number {
  return signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
}
