import { constants, type Http2Session, type Http2Stream } from 'node:http2';
import { SocketTransport } from './socket-transport.js';

/** What the streams of one session have in common. */
export interface SessionEnds {
  readonly secure: boolean;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
}

const UNKNOWN: SessionEnds = Object.freeze({
  secure: false,
  remoteAddress: undefined,
  localAddress: undefined,
});

/** One for each session: a stream that has ended does not know its session any more. */
const ends = new WeakMap<Http2Session, SessionEnds>();

/** The ends of the socket below a stream. */
export function sessionEnds({ session }: Http2Stream): SessionEnds {
  if (session === undefined) return UNKNOWN;
  const known = ends.get(session);
  if (known !== undefined) return known;
  // Its socket may not be asked any more.
  if (session.destroyed) return UNKNOWN;
  const { remoteAddress, localAddress } = session.socket;
  const read = { secure: session.encrypted ?? false, remoteAddress, localAddress };
  ends.set(session, read);
  return read;
}

/** The names of the error codes of RFC 9113 section 7. */
const CODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants)
    .filter(([name]) =>
      /^NGHTTP2_(?:[A-Z0-9]+_ERROR|NO_ERROR|CANCEL|REFUSED_STREAM|STREAM_CLOSED)$/.test(name),
    )
    .map(([name, code]) => [Number(code), name.replace('NGHTTP2_', '')]),
);

/** What the code of a reset means, in words. */
export function resetReason(code: number): string {
  return `the HTTP/2 stream was reset with ${CODE_NAMES.get(code) ?? String(code)}`;
}

/**
 * A stream of HTTP/2 as a transport, on either side. RFC 8441 section 5: END_STREAM is the end of a side, RST_STREAM with CANCEL a reset of both.
 *
 * Both ways it is the stream's flow control that holds back: while it is paused no more room is announced than what its window had.
 */
export class Http2Transport extends SocketTransport {
  readonly #stream: Http2Stream;
  readonly #ends: SessionEnds;
  #destroyed = false;

  /** @param head - Bytes that were read from the stream already. */
  constructor(stream: Http2Stream, head?: Uint8Array) {
    super(stream, head);
    this.#stream = stream;
    this.#ends = sessionEnds(stream);
  }

  get multiplexed(): boolean {
    return true;
  }

  override get secure(): boolean {
    return this.#ends.secure;
  }

  override get remoteAddress(): string | undefined {
    return this.#ends.remoteAddress;
  }

  override get localAddress(): string | undefined {
    return this.#ends.localAddress;
  }

  override destroy(): void {
    this.#destroyed = true;
    const stream = this.#stream;
    // Who has said everything asks for the end of the other side, RFC 9113 section 8.1; else it is a reset.
    const code = stream.writableFinished ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL;
    if (!stream.closed) stream.close(code);
    stream.destroy();
  }

  /** A stream that was reset has no error, as Node sees it. */
  protected override lossAt(ended: boolean): Error | undefined {
    const { rstCode, closed } = this.#stream;
    if (this.#destroyed || (!closed && ended)) return undefined;
    if (rstCode === constants.NGHTTP2_NO_ERROR && ended) return undefined;
    return Object.assign(new Error(resetReason(rstCode)), { code: 'ECONNRESET' });
  }
}
