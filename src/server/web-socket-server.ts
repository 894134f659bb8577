import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type Observable, Subject } from 'rxjs';
import type { Cancel } from '../connection/clock.js';
import type { Connection } from '../connection/connection.js';
import { publishRefused } from '../connection/diagnostics.js';
import { onAbort } from '../connection/on-abort.js';
import { spared } from '../connection/safely.js';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import type { Encoder } from '../operators/codecs/codec.js';
import { checkClose } from '../protocol/close-status.js';
import type { HandshakeError } from '../protocol/errors.js';
import type { ConnectHead } from '../protocol/handshake/extended-connect.js';
import type { PathParams } from '../protocol/handshake/path-table.js';
import type { Refusal } from '../protocol/handshake/refusal.js';
import type { Outgoing } from '../protocol/message.js';
import { anything, type Checks, checkOptions, wholeNumber } from '../protocol/option-checks.js';
import { sessionEnds } from '../transport/http2-transport.js';
import { addressOf } from '../transport/socket-transport.js';
import { broadcast, type BroadcastOptions, type BroadcastResult } from './broadcast.js';
import { Attachment } from './entrance/attachment.js';
import type { Entrance, ServedStreams } from './entrance/entrance.js';
import { GivenListener } from './entrance/given-listener.js';
import { Listener } from './entrance/listener.js';
import { answerPlainRequest } from './entrance/plain-request.js';
import { rejection } from './gate/acceptor.js';
import type { Arrival, Refusable } from './gate/arrival.js';
import { Gate, type GateOwner } from './gate/gate.js';
import { Http2Listener } from './http2/http2-listener.js';
import { answerPlainStream } from './http2/plain-stream.js';
import type { ResolvedServerOptions } from './options.js';
import { isHttpServer } from './place.js';
import { urlOf } from './server-url.js';
import type { Server, ServerCloseOptions } from './server.js';
import { Census } from './stats/census.js';
import type { ServerStats } from './stats/server-stats.js';
import { watchStats } from './stats/watch-stats.js';
import { StatusFeed } from './status-page/status-feed.js';
import { StatusPage } from './status-page/status-page.js';
import { TopicRegistry } from './topics/topic-registry.js';
import type { Topic } from './topics/topic.js';

/** Code and reason are checked where they are used. */
const CLOSE_CHECKS: Checks = Object.freeze({ code: anything, reason: anything, graceMs: wholeNumber(0) });

/** The {@link Server}, wherever its requests come from. */
export class WebSocketServer<Context> implements Server<Context>, ServedStreams, GateOwner<Context> {
  readonly #options: ResolvedServerOptions<Context>;
  readonly #gate: Gate<Context>;
  readonly #entrance: Entrance;
  readonly #connections: Set<WebSocketConnection<Context>> = new Set();
  readonly #connections$: Subject<Connection<Context>> = new Subject();
  readonly #rejections$: Subject<HandshakeError> = new Subject();
  readonly #census: Census = new Census();
  readonly #madeAt: number;
  #stats$: Observable<ServerStats> | undefined;
  #status: { readonly page: StatusPage; readonly feed: StatusFeed<Context> } | undefined;
  readonly #onConnection: ((connection: WebSocketConnection<Context>) => void) | undefined;
  /** Made when somebody asks for a topic. */
  #topics: TopicRegistry | undefined;
  #closing: Promise<void> | undefined;
  #disobey: (() => void) | undefined;
  /** When what is left of a server that closes is cut. */
  #cutAt = Infinity;
  #cancelCut: Cancel | undefined;

  /**
   * @param onConnection - Called with every connection before it is emitted.
   * @throws TypeError for a path that is malformed, or that another endpoint of the same HTTP server has.
   */
  constructor(
    options: ResolvedServerOptions<Context>,
    onConnection?: (connection: WebSocketConnection<Context>) => void,
  ) {
    this.#options = options;
    this.#onConnection = onConnection;
    this.#madeAt = options.profile.clock.now();
    this.#gate = new Gate(options, this);
    if (options.statusPage) this.statusPage();
    const { server } = options;
    if (server === undefined && options.http2) this.#entrance = new Http2Listener(options, this);
    else if (server === undefined) this.#entrance = new Listener(options, this);
    else if (isHttpServer(server)) this.#entrance = new Attachment(server, this, options);
    else this.#entrance = new GivenListener(server, options, this);
  }

  get connections$(): Observable<Connection<Context>> {
    return spared(this.#connections$);
  }

  get connections(): ReadonlySet<Connection<Context>> {
    return this.#connections;
  }

  get rejections$(): Observable<HandshakeError> {
    return spared(this.#rejections$);
  }

  get stats(): ServerStats {
    const uptimeMs = this.#options.profile.clock.now() - this.#madeAt;
    return this.#census.stats(this.#connections, { uptimeMs, pendingHandshakes: this.#gate.pending });
  }

  get stats$(): Observable<ServerStats> {
    return (this.#stats$ ??= watchStats(() => this.stats, this.#options.profile.clock, this.#connections$));
  }

  get address(): AddressInfo | string {
    return this.#entrance.address;
  }

  get url(): string {
    return urlOf(this.#entrance, this.path);
  }

  /** Resolves when connections are accepted; rejects when that is not possible, or when the signal has aborted before. */
  async listen(): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    await this.#entrance.open();
    this.#options.profile.options.logger.info?.(`listening on ${this.url}`, {});
    this.obey();
    if (this.#closing === undefined) return;
    await this.#closing;
    signal?.throwIfAborted();
  }

  /** From now on the server closes when its signal aborts, or now if it has. */
  obey(): void {
    this.#disobey = onAbort(this.#options.signal, () => void this.close());
  }

  broadcast(data: Outgoing, options?: BroadcastOptions): BroadcastResult {
    return broadcast(this.#connections, data, options);
  }

  topic<T extends Outgoing = Outgoing>(name: string): Topic<T>;
  topic<T>(name: string, encoder: Encoder<T>): Topic<T>;
  topic<T>(name: string, encoder?: Encoder<T>): Topic<T> {
    return this.topics.topic(name, encoder);
  }

  get topics(): TopicRegistry {
    return (this.#topics ??= new TopicRegistry(this.#options.profile.options.logger));
  }

  close(options: ServerCloseOptions = {}): Promise<void> {
    checkOptions(options, CLOSE_CHECKS);
    const { code = 1001, reason = '', graceMs = this.#options.profile.options.closeTimeoutMs } = options;
    checkClose(code, reason);
    if (this.#closing !== undefined) {
      if (options.graceMs !== undefined) this.#cutWithin(options.graceMs);
      return this.#closing;
    }
    // There before anybody is told: whoever closes the server again while it begins to close gets this one.
    let settle: (closed: Promise<void>) => void = () => undefined;
    this.#closing = new Promise((resolve) => (settle = resolve));
    settle(this.#close(code, reason, graceMs));
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The status page, which from now on is given its figures. */
  statusPage(): StatusPage {
    this.#status ??= { page: new StatusPage(this.#options.subprotocols), feed: new StatusFeed(this) };
    return this.#status.page;
  }

  // For the entrance

  get path(): string | undefined {
    return this.#options.path;
  }

  get unmatched(): 'leave' | 404 | undefined {
    return this.#options.unmatched;
  }

  get pending(): number {
    return this.#gate.pending;
  }

  get size(): number {
    return this.#connections.size + (this.#status?.feed.viewers.size ?? 0);
  }

  enter(arrival: Arrival, params: PathParams): void {
    const feed = this.#status?.feed;
    if (feed?.isAskedBy(arrival) === true) this.#gate.enter(arrival, params, feed);
    else this.#gate.enter(arrival, params);
  }

  refuse(asking: Refusable, refusal: Refusal): void {
    this.#gate.refuse(asking, refusal);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    answerPlainRequest(request, response, { ...this.#options, page: this.#status?.page }, (refusal) => {
      const error = rejection(refusal);
      publishRefused(error, () => addressOf(request.socket));
      this.onRefused(error);
    });
  }

  answerStream(stream: ServerHttp2Stream, method: string, request: ConnectHead): void {
    answerPlainStream(stream, method, request, { ...this.#options, page: this.#status?.page }, (refusal) => {
      const error = rejection(refusal);
      publishRefused(error, () => sessionEnds(stream).remoteAddress);
      this.onRefused(error);
    });
  }

  // For the gate

  onOpen(connection: WebSocketConnection<Context>): void {
    this.#connections.add(connection);
    this.#census.opened();
    this.#onConnection?.(connection);
    this.#connections$.next(connection);
  }

  onClosed(connection: WebSocketConnection<Context>): void {
    if (this.#connections.delete(connection)) this.#census.closed(connection);
  }

  onRefused(error: HandshakeError): void {
    this.#census.refused();
    this.#rejections$.next(error);
  }

  async #close(code: number, reason: string, graceMs: number): Promise<void> {
    this.#disobey?.();
    this.#gate.close();
    this.#entrance.shut();
    const open = [...this.#connections, ...(this.#status?.feed.viewers ?? [])];
    const gone = open.map((connection) => new Promise<void>((resolve) => connection.whenClosed(resolve)));
    for (const connection of open) connection.close(code, reason);
    this.#cutWithin(graceMs);
    await Promise.all(gone);
    await this.#entrance.gone();
    this.#cancelCut?.();
    this.#cutAt = -Infinity;
    this.#options.profile.options.logger.info?.('closed', {});
    this.#connections$.complete();
    this.#rejections$.complete();
    this.topics.end();
  }

  /** Ends what is left in `graceMs`, unless that is due sooner anyway. */
  #cutWithin(graceMs: number): void {
    const { clock } = this.#options.profile;
    const at = clock.now() + graceMs;
    if (at >= this.#cutAt) return;
    this.#cutAt = at;
    this.#cancelCut?.();
    this.#cancelCut = clock.after(graceMs, () => {
      for (const connection of [...this.#connections, ...(this.#status?.feed.viewers ?? [])]) {
        connection.terminate();
      }
      this.#entrance.cut();
    });
  }
}
