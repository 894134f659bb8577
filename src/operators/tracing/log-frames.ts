import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Frame } from '../../protocol/frame.js';
import { formatFrame } from '../../protocol/format-frame.js';
import { type LogOptions, traced } from './trace.js';

/**
 * Passes frames on and writes a line for each, before it is passed on: `< TEXT 'hello' [5 bytes]`, as {@link formatFrame} has it.
 *
 *     frames --f--f--|
 *     frames --f--f--|      and write() has been called twice
 *
 * For the taps `frames$` and `sentFrames$` of a connection, and for `decodeFrames` over a capture. Lines hold what is in the payloads:
 * what must not be in a log must not be traced, or with `maxChars: 0`. Holds nothing. Tracing never changes what it looks
 * at: what `write` throws is ignored, and the next line is tried again.
 *
 * @throws TypeError or RangeError for a wrong option.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { logFrames, makeFrame, Opcode } from 'rxwire';
 *
 * of(makeFrame(Opcode.text, 'hello'))
 *   .pipe(logFrames({ direction: 'received', prefix: 'c1', write: (line) => console.log(line) }))
 *   .subscribe();
 * // c1 < TEXT 'hello' [5 bytes]
 * ```
 */
export function logFrames(options: LogOptions = {}): MonoTypeOperatorFunction<Frame> {
  return traced(formatFrame, options);
}
