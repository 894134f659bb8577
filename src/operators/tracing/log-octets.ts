import type { MonoTypeOperatorFunction } from 'rxjs';
import { formatOctets } from '../../protocol/format-frame.js';
import { type LogOptions, traced } from './trace.js';

/**
 * Passes chunks of bytes on and writes a line for each, before it is passed on: direction, octets in hexadecimal, length, as in
 * `< 81 02 68 69 [4 bytes]`.
 *
 *     bytes --b--b--|
 *     bytes --b--b--|      and write() has been called twice
 *
 * For the tap `bytes$` of a connection, before `decodeFrames` over a capture, and behind `encodeFrames`. The octets are as they are
 * on the wire: masked where a client sent them. Holds nothing. What `write` throws is ignored, and the next line is tried again.
 *
 * @throws TypeError or RangeError for a wrong option.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { logOctets } from 'rxwire';
 *
 * of(Uint8Array.of(0x89, 0))
 *   .pipe(logOctets({ direction: 'sent', write: (line) => console.log(line) }))
 *   .subscribe();
 * // > 89 00 [2 bytes]
 * ```
 */
export function logOctets(options: LogOptions = {}): MonoTypeOperatorFunction<Uint8Array> {
  return traced(formatOctets, options);
}
