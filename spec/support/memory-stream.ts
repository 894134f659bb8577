import { Duplex } from 'node:stream';
import type { Transport } from '../../src/transport/transport.js';

/** A transport as a stream, paused; `resume` and `pause` reach it. Paused, it stops taking. */
export function streamOver(transport: Transport): Duplex {
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => {
      transport.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      transport.write(chunk);
      done();
    },
    final: (done) => {
      transport.end();
      done();
    },
    destroy: (_error, done) => {
      transport.destroy();
      done(null);
    },
  });
  stream.pause();
  transport.listen({ onDrain: () => undefined, onClose: () => stream.destroy() });
  const subscription = transport.bytes$.subscribe({
    next: (chunk) => {
      if (!stream.push(chunk)) transport.pause();
    },
    complete: () => void stream.push(null),
  });
  stream.once('close', () => {
    subscription.unsubscribe();
  });
  return stream;
}
