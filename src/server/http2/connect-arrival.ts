import { Http2ServerRequest, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AcceptedOffers, RequestRules } from '../../protocol/handshake/any-request.js';
import { type ConnectHead, connectHead, judgeConnect } from '../../protocol/handshake/extended-connect.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import { connectHeaders } from '../../protocol/handshake/response.js';
import { Http2Transport, sessionEnds } from '../../transport/http2-transport.js';
import type { Answer, Arrival, Opened } from '../gate/arrival.js';
import { ConnectHandshake } from './connect-handshake.js';
import { refuseStream, responseFields } from './refuse-stream.js';

/** What comes behind an extended CONNECT comes as DATA, and never with it. */
const NOTHING = new Uint8Array(0);

/** An extended CONNECT of HTTP/2, which asks for a WebSocket on its stream. RFC 8441 section 5. */
export class ConnectArrival implements Arrival {
  readonly method = 'CONNECT';
  readonly socket: ServerHttp2Stream;
  readonly head: Uint8Array = NOTHING;
  readonly #fields: IncomingHttpHeaders;
  readonly #raw: readonly string[];
  readonly #request: ConnectHead;
  #message: Http2ServerRequest | undefined;

  /**
   * @param fields - The header fields as Node's event `stream` gives them.
   * @param raw - The same, names and values in turns.
   */
  constructor(stream: ServerHttp2Stream, fields: IncomingHttpHeaders, raw: readonly string[]) {
    this.socket = stream;
    this.#fields = fields;
    this.#raw = raw;
    this.#request = connectHead(raw, stream.endAfterHeaders);
  }

  get target(): string {
    return this.#request.target ?? '/';
  }

  get rawHeaders(): readonly string[] {
    return this.#request.headers.raw;
  }

  get secure(): boolean {
    return sessionEnds(this.socket).secure;
  }

  get remoteAddress(): string | undefined {
    return sessionEnds(this.socket).remoteAddress;
  }

  /** Made when somebody asks for it: it listens to the stream. */
  get message(): Http2ServerRequest {
    return (this.#message ??= new Http2ServerRequest(this.socket, this.#fields, {}, this.#raw));
  }

  judge(rules: RequestRules): AcceptedOffers | Refusal {
    return judgeConnect(this.#request, rules);
  }

  refuse(refusal: Refusal): void {
    refuseStream(this.socket, refusal);
  }

  accept({ head, subprotocol, extensions, headers }: Answer): Opened {
    const fields = responseFields(200, connectHeaders({ subprotocol, extensions, headers }));
    // Who has left already learns nothing more, and its connection ends with its stream.
    if (!this.socket.destroyed && !this.socket.closed) this.socket.respond(fields);
    return {
      transport: new Http2Transport(this.socket, head),
      handshake: new ConnectHandshake(this, subprotocol, extensions, headers),
    };
  }
}
