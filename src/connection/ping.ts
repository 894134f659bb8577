import { randomBytes } from 'node:crypto';
import { Observable } from 'rxjs';
import { TimeoutError } from '../protocol/errors.js';
import { Opcode } from '../protocol/opcodes.js';
import type { ConnectionCore } from './connection-core.js';

/** A Ping that is sent when it is subscribed, and the round trip to its Pong. RFC 6455 section 5.5.2. */
export function pingOver(
  core: ConnectionCore,
  payload: Uint8Array | undefined,
  timeoutMs: number | undefined,
): Observable<number> {
  return new Observable((subscriber) => {
    if (!core.open) {
      subscriber.complete();
      return;
    }
    const bytes = payload ?? randomBytes(4);
    subscriber.add(
      core.pinger.sent(bytes, (roundTripMs) => {
        if (roundTripMs !== undefined) subscriber.next(roundTripMs);
        subscriber.complete();
      }),
    );
    if (timeoutMs !== undefined) {
      const text = `no Pong came within ${String(timeoutMs)} ms`;
      const late = (): void => {
        subscriber.error(new TimeoutError(text, { option: 'timeoutMs', limitMs: timeoutMs }));
      };
      subscriber.add(core.profile.clock.after(timeoutMs, late));
    }
    core.out.sender.control(Opcode.ping, bytes);
  });
}
