import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { FORMAT_CHECKS, type FormatOptions } from '../../protocol/format-frame.js';
import { type Checks, checkOptions, ofType } from '../../protocol/option-checks.js';
import { operate } from '../operate.js';

/** What {@link logFrames} and {@link logOctets} are told. */
export interface LogOptions extends FormatOptions {
  /** What every line begins with, as it is given: the id of the connection, the address of the peer. Default nothing. */
  readonly prefix?: string;
  /** Takes each line, without a newline. What it throws is ignored. Default `console.debug`. */
  readonly write?: (line: string) => void;
}

const CHECKS: Checks = Object.freeze({
  ...FORMAT_CHECKS,
  prefix: ofType('string'),
  write: ofType('function'),
});

/** Passes values on, and writes a line for each before. */
export function traced<T>(
  format: (value: T, options: FormatOptions) => string,
  options: LogOptions,
): MonoTypeOperatorFunction<T> {
  checkOptions(options, CHECKS);
  const { prefix = '', write = toConsole, ...formatting } = options;
  const before = prefix === '' ? '' : `${prefix} `;
  return (source) =>
    new Observable<T>((destination) => {
      source.subscribe(
        operate<T, T>({
          destination,
          next: (value) => {
            try {
              write(before + format(value, formatting));
            } catch {
              // Whoever looks on must not change what happens: a full disk is no reason to lose a connection.
            }
            destination.next(value);
          },
        }),
      );
    });
}

function toConsole(line: string): void {
  // eslint-disable-next-line no-console -- it is what was asked for by saying nothing else
  console.debug(line);
}
