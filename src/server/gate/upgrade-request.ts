import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { HandshakeRequest } from '../../connection/handshake-facts.js';
import type { AcceptedOffers } from '../../protocol/handshake/any-request.js';
import { parseCookies } from '../../protocol/handshake/cookies.js';
import type { ForwardedClient } from '../../protocol/handshake/forwarded.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import { pathOf, type PathParams } from '../../protocol/handshake/path-table.js';
import type { Arrival } from './arrival.js';

/** A client's request for a WebSocket, which is in order and not answered yet. RFC 6455 section 4.2.1. */
export interface UpgradeRequest<Params = PathParams> extends HandshakeRequest {
  /** The whole URL, from Host and target: `ws://example.com/chat?room=1`. The client has written both; see `trustProxy`. */
  readonly url: string;
  /** The host that is asked for, with its port where one is written: the header Host; with `trustProxy` what a proxy says in its place. */
  readonly host: string;
  /** The path as it came: undecoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the names in the pattern of the path stand for, decoded. */
  readonly params: Params;
  /** By name, decoded; of a name that is there twice, the first. */
  readonly cookies: ReadonlyMap<string, string>;
  /** Where the web page comes from; undefined for a client that is no browser, as a rule. */
  readonly origin: string | undefined;
  /** What the client offers, in its order. */
  readonly subprotocols: readonly string[];
  /**
   * The address of the other end of the socket, which may be a proxy's; undefined over a Unix socket. With `trustProxy` the client's, undefined
   * where that is hidden.
   */
  readonly remoteAddress: string | undefined;
  /** Whether it came over TLS; with `trustProxy`, whether the client has. */
  readonly secure: boolean;
  /** Aborts when the client has left, when the time is up, or when the server closes, before there is a decision. */
  readonly signal: AbortSignal;
  /** Node's own request, with its socket, over HTTP/2 the one of its compatibility API: for what other libraries read from it. */
  readonly message: IncomingMessage | Http2ServerRequest;
}

/** What does not change when a path is given names. */
interface Shared {
  readonly arrival: Arrival;
  readonly accepted: AcceptedOffers;
  headers?: HeaderFields;
  query?: URLSearchParams;
  cookies?: ReadonlyMap<string, string>;
  controller?: AbortController;
}

/** An {@link UpgradeRequest} that makes of the request only what is asked for. */
export class UpgradeAttempt<Params = PathParams> implements UpgradeRequest<Params> {
  readonly params: Params;
  readonly #shared: Shared;

  private constructor(shared: Shared, params: Params) {
    this.#shared = shared;
    this.params = params;
  }

  static of<P>(arrival: Arrival, accepted: AcceptedOffers, params: P): UpgradeAttempt<P> {
    return new UpgradeAttempt({ arrival, accepted }, params);
  }

  /** The same request, with other names for the parts of its path. */
  static routed<P>(request: UpgradeRequest<unknown>, params: P): UpgradeRequest<P> {
    if (request instanceof UpgradeAttempt) return new UpgradeAttempt(request.#shared, params);
    return { ...request, params };
  }

  get method(): 'GET' | 'CONNECT' {
    return this.#shared.arrival.method;
  }

  get message(): IncomingMessage | Http2ServerRequest {
    return this.#shared.arrival.message;
  }

  get target(): string {
    return this.#shared.arrival.target;
  }

  get headers(): HeaderFields {
    return (this.#shared.headers ??= new HeaderFields(this.#shared.arrival.rawHeaders));
  }

  get url(): string {
    return `${this.secure ? 'wss' : 'ws'}://${this.host}${this.target}`;
  }

  get host(): string {
    return this.forwarded?.host ?? this.headers.get('host') ?? '';
  }

  /** What trusted proxies say of the client, where it has come through any. */
  get forwarded(): ForwardedClient | undefined {
    return this.#shared.accepted.forwarded;
  }

  get path(): string {
    return pathOf(this.target);
  }

  get query(): URLSearchParams {
    return (this.#shared.query ??= new URLSearchParams(this.target.slice(this.path.length)));
  }

  get cookies(): ReadonlyMap<string, string> {
    return (this.#shared.cookies ??= parseCookies(this.headers.get('cookie')));
  }

  get origin(): string | undefined {
    return this.#shared.accepted.origin;
  }

  get subprotocols(): readonly string[] {
    return this.#shared.accepted.offeredSubprotocols;
  }

  get remoteAddress(): string | undefined {
    const { forwarded } = this;
    return forwarded === undefined ? this.#shared.arrival.remoteAddress : forwarded.address;
  }

  get secure(): boolean {
    return this.forwarded?.secure ?? this.#shared.arrival.secure;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Tells those who decide that nobody waits for it any more. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  get #controller(): AbortController {
    return (this.#shared.controller ??= new AbortController());
  }
}
