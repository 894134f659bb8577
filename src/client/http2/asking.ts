import http2, {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { HeaderFields, type HeaderList } from '../../protocol/handshake/header-fields.js';
import { CLIENT_LIMITS, WINDOW_BYTES } from './limits.js';
import { lossOf } from './loss.js';
import { destroyAfterStream, endSessionWith, type SessionGrace } from './session-end.js';

/** What a server has answered an extended CONNECT with. */
export interface Http2Answer {
  readonly stream: ClientHttp2Stream;
  readonly status: number;
  /** Without pseudo-header fields. */
  readonly headers: HeaderFields;
  /** Whether there is nothing behind it. */
  readonly ended: boolean;
}

/** Told what came of asking. One of the three is called, once, unless it is aborted. */
export interface Http2Observer {
  /** The stream is this one's to end from here on, and with it ends the session. */
  onAnswer(answer: Http2Answer): void;
  /** The server wants HTTP/1.1 for WebSockets. In the next turn nothing is left of the session. */
  onUnwilling(reason: string): void;
  onError(error: Error): void;
}

const { HTTP2_HEADER_STATUS, NGHTTP2_FLAG_END_STREAM, NGHTTP2_HTTP_1_1_REQUIRED, NGHTTP2_NO_ERROR } =
  http2.constants;

/** On the way to a stream of HTTP/2 over a connected socket: a session, the server's settings, and an extended CONNECT. RFC 8441. */
export class Http2Asking {
  readonly #socket: Duplex;
  readonly #fields: HeaderList;
  readonly #grace: SessionGrace;
  readonly #observer: Http2Observer;
  readonly #session: ClientHttp2Session;
  /** What is asked on. */
  #stream: ClientHttp2Stream | undefined;
  #settled = false;
  #error: Error | undefined;
  #lastCode: number = NGHTTP2_NO_ERROR;

  /** @param fields - Pseudo-header fields first. */
  constructor(socket: Duplex, fields: HeaderList, grace: SessionGrace, observer: Http2Observer) {
    this.#socket = socket;
    this.#fields = fields;
    this.#grace = grace;
    this.#observer = observer;
    this.#session = http2.connect(originIn(fields), { ...CLIENT_LIMITS, createConnection: () => socket });
    destroyAfterStream(this.#session, () => this.#stream);
    this.#session.on('error', (error: Error) => {
      this.#error ??= error;
    });
    this.#session.on('goaway', (code: number) => {
      this.#lastCode = code;
    });
    this.#session.once('remoteSettings', ({ enableConnectProtocol }) => {
      if (this.#settled) return;
      if (enableConnectProtocol === true) this.#ask();
      else this.#refuse('its SETTINGS have no ENABLE_CONNECT_PROTOCOL');
    });
    this.#session.once('close', () => {
      this.#lost(this.#lastCode);
    });
  }

  /** Ends it: nothing is called after that, and in the next turn nothing is left. */
  abort(): void {
    this.#settled = true;
    this.#session.destroy();
  }

  /** Lets the process exit while the session is open. */
  unref(): void {
    this.#session.unref();
  }

  #ask(): void {
    try {
      this.#session.setLocalWindowSize(WINDOW_BYTES);
      const stream = this.#session.request(outgoing(this.#fields), { endStream: false });
      this.#stream = stream;
      this.#await(stream);
    } catch (error) {
      // A field that HTTP/2 does not have, or that may be there only once.
      this.#fail(error as Error);
    }
  }

  #await(stream: ClientHttp2Stream): void {
    stream.on('error', (error: Error) => {
      this.#error ??= error;
    });
    stream.once('close', () => {
      // The end of a session says more than what it does to its streams.
      this.#lost(this.#lastCode === NGHTTP2_NO_ERROR ? stream.rstCode : this.#lastCode);
    });
    stream.once('response', (headers, flags) => {
      if (!this.#settle()) return;
      endSessionWith(stream, { session: this.#session, socket: this.#socket }, this.#grace);
      this.#observer.onAnswer({
        stream,
        status: Number(headers[HTTP2_HEADER_STATUS]),
        headers: HeaderFields.from(incoming(headers)),
        ended: (flags & NGHTTP2_FLAG_END_STREAM) !== 0,
      });
    });
  }

  #lost(code: number): void {
    if (this.#settled) return;
    if (code === NGHTTP2_HTTP_1_1_REQUIRED) this.#refuse('it requires HTTP/1.1');
    else this.#fail(lossOf(code, this.#error));
  }

  #refuse(reason: string): void {
    if (!this.#settle()) return;
    this.#session.destroy();
    this.#observer.onUnwilling(reason);
  }

  #fail(error: Error): void {
    if (!this.#settle()) return;
    this.#session.destroy();
    this.#observer.onError(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    return true;
  }
}

/** Node wants it; what is asked for is in the fields. */
function originIn(fields: HeaderList): string {
  const [scheme, authority] = [':scheme', ':authority'].map((wanted) =>
    fields.find(([name]) => name === wanted),
  );
  return `${scheme?.[1] ?? ''}://${authority?.[1] ?? ''}`;
}

function outgoing(fields: HeaderList): OutgoingHttpHeaders {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of fields) {
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function incoming(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (name.startsWith(':') || value === undefined) return [];
    return [value].flat().map((one): [string, string] => [name, one]);
  });
}
