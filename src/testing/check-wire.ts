import { concat, defer, map, mergeAll, type OperatorFunction } from 'rxjs';
import { WireChecker, type WireCheckOptions, type WireViolation } from './wire-checker.js';

/**
 * Judges the octets that one side of a connection sends after its opening handshake, and emits each rule that they break.
 *
 *     octets     --o----o--|
 *     violations -------v--|
 *
 * Completes with the source, after the violation that it ended inside a frame or a message, if it did. Holds what {@link WireChecker} holds.
 *
 * @param options.role - What the sender plays.
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { checkWire } from 'rxwire/testing';
 *
 * of(Uint8Array.of(0x81, 0x00)).pipe(checkWire({ role: 'client' })).subscribe(({ message }) => console.log(message));
 * // a text frame is not masked, a client masks every frame
 * ```
 */
export function checkWire(options: WireCheckOptions): OperatorFunction<Uint8Array, WireViolation> {
  return (source) =>
    defer(() => {
      const checker = new WireChecker(options);
      return concat(
        source.pipe(map((chunk) => checker.push(chunk))),
        defer(() => [checker.end()]),
      ).pipe(mergeAll());
    });
}
