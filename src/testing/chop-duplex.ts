import { Duplex } from 'node:stream';
import { chopper, type PieceSizes } from './piece-sizes.js';

/**
 * A stream over `inner` that writes in pieces, each in a turn of the event loop of its own, so that a peer reads them apart as far as the network
 * lets it. What is read is passed on as it comes, with backpressure. It may be given wherever a Duplex is taken, such as to `http.Server`
 * with `server.emit('connection', …)`, to `createConnection` of `http.request`, or to `tls.connect`.
 *
 * Ending, errors and destruction pass both ways. On a socket of Node set `noDelay`, or the system joins the pieces again.
 *
 * @param inner - Is its own from now on: nobody else may read it or write to it.
 * @param sizes - Octets of a piece, a list of such, or a function that gives each.
 * @throws RangeError or TypeError for sizes that are none.
 */
export function chopDuplex(inner: Duplex, sizes: PieceSizes): Duplex {
  const pieces = chopper(sizes);
  const outer = new Duplex({
    allowHalfOpen: true,
    read: () => void inner.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      try {
        writeAll(inner, pieces(chunk), done);
      } catch (error) {
        done(error as Error);
      }
    },
    final: (done) => {
      inner.end();
      done();
    },
    destroy: (error, done) => {
      inner.destroy();
      done(error);
    },
  });
  inner.pause();
  inner.on('data', (chunk: Buffer) => {
    if (!outer.push(chunk)) inner.pause();
  });
  inner.on('end', () => void outer.push(null));
  inner.on('error', (error) => void outer.destroy(error));
  inner.on('close', () => void outer.destroy());
  return outer;
}

/** Writes the pieces one a turn, each when the one before has been taken. */
function writeAll(inner: Duplex, pieces: readonly Uint8Array[], done: (error?: Error | null) => void): void {
  const [first, ...rest] = pieces;
  if (first === undefined) {
    done();
    return;
  }
  inner.write(first, (error) => {
    if (error !== null && error !== undefined) done(error);
    else if (rest.length === 0) done();
    else setImmediate(writeAll, inner, rest, done);
  });
}
