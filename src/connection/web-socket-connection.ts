import { randomUUID } from 'node:crypto';
import type { Observable, Observer } from 'rxjs';
import type { MessageStream } from '../operators/streams/message-stream.js';
import { checkClose } from '../protocol/close-status.js';
import type { CloseInfo, ConnectionState } from '../protocol/closing-handshake.js';
import { ConnectionClosedError } from '../protocol/connection-closed-error.js';
import type { BoundExtensions } from '../protocol/extensions/bound.js';
import type { Frame } from '../protocol/frame.js';
import type { Message, Outgoing } from '../protocol/message.js';
import { Opcode, type Role } from '../protocol/opcodes.js';
import type { Transport } from '../transport/transport.js';
import { checkConsumeOptions, checkOpenOptions, checkPingOptions, checkSendOptions } from './call-options.js';
import { ConnectionCore, type CoreObserver } from './connection-core.js';
import { logAbout, logClosed } from './connection-log.js';
import { type ConnectionStats, trafficStats } from './connection-stats.js';
import type { Connection, OpenMessageOptions, SendOptions } from './connection.js';
import type { Project } from './consumer.js';
import { controlPayload } from './control-payload.js';
import { publishClose, publishOpen } from './diagnostics.js';
import type { Source } from './feed.js';
import type { Handshake, HandshakeRequest, HandshakeResponse } from './handshake-facts.js';
import { Lifecycle } from './lifecycle.js';
import type { Logger } from './logger.js';
import type { Outlet } from './outlet.js';
import { payloadBytes } from './payload-bytes.js';
import { pingOver } from './ping.js';
import type { ConnectionProfile } from './profile.js';
import { checkSource, type LimitedSink, sendAllOf, type SendReport, sendStreamOf } from './send-source.js';
import { Taps } from './taps.js';
import { tearDown, type Teardown, type Teardowns, withTeardown } from './teardowns.js';

/** What a connection is made of. */
export interface ConnectionParts<Context> {
  readonly profile: ConnectionProfile;
  readonly transport: Transport;
  readonly handshake: Handshake;
  /** What was agreed on. Default nothing. */
  readonly extensions?: BoundExtensions | undefined;
  readonly context: Context;
  /** Called when the connection has closed; one function may serve many. */
  readonly onClosed?: (connection: WebSocketConnection<Context>) => void;
}

const NO_BYTES = new Uint8Array(0);

/** The {@link Connection} that is handed out: it is open, and reads nothing before `start`. */
export class WebSocketConnection<Context = undefined> implements Connection<Context>, CoreObserver {
  readonly context: Context;
  readonly #core: ConnectionCore;
  readonly #handshake: Handshake;
  #id: string | undefined;
  #taps: Taps | undefined;
  #outbox: Observer<Outgoing> | undefined;
  /** Made when somebody asks, or at the end. */
  #lifecycle: Lifecycle | undefined;
  #whenClosed: Teardowns;
  /** Messages that were to be sent after closing had begun. */
  #refused = 0;
  readonly #onClosed: ((connection: this) => void) | undefined;

  constructor(parts: ConnectionParts<Context>) {
    this.context = parts.context;
    this.#handshake = parts.handshake;
    this.#onClosed = parts.onClosed;
    this.#core = new ConnectionCore(parts.profile, parts.transport, this, parts.extensions);
    publishOpen(this);
  }

  get id(): string {
    return (this.#id ??= randomUUID());
  }

  get #life(): Lifecycle {
    return (this.#lifecycle ??= new Lifecycle());
  }

  /** How it has closed. */
  get #info(): CloseInfo | undefined {
    return this.#lifecycle?.info;
  }

  get role(): Role {
    return this.#core.profile.role;
  }

  get request(): HandshakeRequest {
    return this.#handshake.request;
  }

  get response(): HandshakeResponse {
    return this.#handshake.response;
  }

  get subprotocol(): string | undefined {
    return this.#handshake.subprotocol;
  }

  get extensions(): readonly string[] {
    return this.#handshake.extensions;
  }

  get remoteAddress(): string | undefined {
    const { forwarded } = this.#handshake;
    return forwarded === undefined ? this.#core.transport.remoteAddress : forwarded.address;
  }

  get localAddress(): string | undefined {
    return this.#core.transport.localAddress;
  }

  get secure(): boolean {
    return this.#handshake.forwarded?.secure ?? this.#core.transport.secure;
  }

  // Receiving

  get messages$(): Observable<Message> {
    // With `textAs: 'bytes'` text is bytes, which the documentation says and the type cannot.
    return this.#core.inbox.messages() as Observable<Message>;
  }

  get streams$(): Observable<MessageStream> {
    return this.#core.inbox.streams();
  }

  [Symbol.asyncIterator](): AsyncIterator<Message, undefined> {
    return this.#core.inbox.iterate() as AsyncIterator<Message, undefined>;
  }

  consume<R>(project: Project<R, Message>, options: { readonly concurrency?: number } = {}): Observable<R> {
    checkConsumeOptions(options);
    if (typeof project !== 'function') throw new TypeError('project is not a function');
    return this.#core.inbox.consume(project as Project<R>, options.concurrency ?? 1);
  }

  discard(): void {
    this.#core.inbox.discard();
  }

  get bytes$(): Observable<Uint8Array> {
    return this.#tapped.bytes.values$;
  }

  get frames$(): Observable<Frame> {
    return this.#tapped.frames.values$;
  }

  get sentFrames$(): Observable<Frame> {
    return this.#tapped.sentFrames.values$;
  }

  get pings$(): Observable<Uint8Array> {
    return this.#tapped.pings.values$;
  }

  get pongs$(): Observable<Uint8Array> {
    return this.#tapped.pongs.values$;
  }

  get latency$(): Observable<number> {
    return this.#tapped.latency.asObservable();
  }

  get #tapped(): Taps {
    return (this.#taps ??= new Taps(this.#core, this.#info !== undefined));
  }

  // Sending

  get outbox(): Observer<Outgoing> {
    return (this.#outbox ??= {
      next: (data) => void this.send(data),
      complete: () => void this.close(1000),
      error: (error) => {
        if (this.state !== 'open') return;
        this.log('error', 'the source of the outbox failed, closing with 1011', error);
        this.close(1011);
      },
    });
  }

  send(data: Outgoing, options?: SendOptions): boolean {
    if (!this.#core.open) {
      this.#refused++;
      return false;
    }
    if (options === undefined) return this.outlet.send(data);
    checkSendOptions(options);
    const { type, fragmentBytes, compress } = options;
    return this.outlet.send(data, type, fragmentBytes, compress);
  }

  sendFrame(frame: Frame): boolean {
    return this.#core.open && this.outlet.sendFrame(frame);
  }

  openMessage(type: 'text' | 'binary', options: OpenMessageOptions = {}): LimitedSink {
    checkOpenOptions({ type, ...options });
    return this.#core.out.sinks.open(type, options.compress);
  }

  sendAll(source: Source<Outgoing>): Observable<SendReport> {
    checkSource(source);
    return sendAllOf(this, source, (data) => this.send(data), payloadBytes);
  }

  sendStream(
    type: 'text' | 'binary',
    source: Source<Uint8Array | string>,
    options: OpenMessageOptions = {},
  ): Observable<SendReport> {
    checkSource(source);
    checkOpenOptions({ type, ...options });
    return sendStreamOf(this, source, () => this.openMessage(type, options));
  }

  /** Whether data may be sent. */
  get open(): boolean {
    return this.#core.open;
  }

  /** Calls back in the next turn of the event loop. */
  nextTurn(task: () => void): void {
    this.#core.turns.nextTurn(task);
  }

  /** What is on its way out, and what was dropped of it. */
  get outlet(): Outlet {
    return this.#core.out.outlet;
  }

  flush(): Promise<boolean> {
    return this.#core.open ? this.outlet.flush() : Promise.resolve(false);
  }

  get bufferedBytes(): number {
    return this.outlet.bufferedBytes;
  }

  get writable$(): Observable<boolean> {
    return this.outlet.writable$;
  }

  ping(payload?: Uint8Array | string, options: { readonly timeoutMs?: number } = {}): Observable<number> {
    checkPingOptions(options);
    return pingOver(
      this.#core,
      payload === undefined ? undefined : controlPayload(payload),
      options.timeoutMs,
    );
  }

  pong(payload: Uint8Array | string = NO_BYTES): void {
    const bytes = controlPayload(payload);
    if (this.#core.open) this.#core.out.sender.control(Opcode.pong, bytes);
  }

  get stats(): ConnectionStats {
    const { pump, inbox, out } = this.#core;
    const { discarded, dropped, late } = inbox.losses;
    return {
      received: trafficStats(pump.counts),
      sent: trafficStats(out.sender.traffic),
      unsent: this.#refused + out.unsent,
      discarded: discarded + dropped + late,
    };
  }

  // Ending

  close(code = 1000, reason = ''): Observable<CloseInfo> {
    const status = checkClose(code, reason);
    this.#core.closer.close(status);
    return this.closed$;
  }

  terminate(): void {
    this.#core.terminate();
  }

  get state(): ConnectionState {
    return this.#core.state;
  }

  get state$(): Observable<ConnectionState> {
    return this.#life.state$(this.state);
  }

  get closed$(): Observable<CloseInfo> {
    return this.#life.closed$;
  }

  /** Closes with 1000 and resolves when the connection has ended. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#core.closer.close({ code: 1000, reason: '' });
    return new Promise((resolve) => {
      this.closed$.subscribe({ complete: resolve });
    });
  }

  // For those who make connections

  /** How it has closed; undefined until then. */
  get closeInfo(): CloseInfo | undefined {
    return this.#life.info;
  }

  /** Begins to read. */
  start(): void {
    this.log('debug', 'opened');
    this.#core.start();
  }

  /** Stops reading while what is sent does not get away. */
  holdWhileBlocked(): void {
    this.#core.readsWhileBlocked = false;
  }

  /** Calls back, or unsubscribes, when the connection has closed. */
  whenClosed(teardown: Teardown): void {
    if (this.#info === undefined) this.#whenClosed = withTeardown(this.#whenClosed, teardown);
    else tearDown(teardown);
  }

  /** Calls back when the connection has ended and everything that was held has been taken. */
  whenDone(callback: () => void): void {
    this.#life.whenDone(callback);
  }

  /** What somebody who did not expect this end is told: undefined when it was asked for or is an ordinary one. */
  endError(info: CloseInfo, goingAwayIsOrdinary = true): Error | undefined {
    if (this.#core.asked) return undefined;
    const code = info.received?.code;
    const ordinary = code === 1000 || code === 1005 || (goingAwayIsOrdinary && code === 1001);
    return ordinary && info.cause === undefined ? undefined : new ConnectionClosedError(info);
  }

  /** How `connect` ends: with an error unless this side asked for the end or it was an ordinary one. */
  get error(): Error | undefined {
    return this.#info && this.endError(this.#info, false);
  }

  log(level: keyof Logger, message: string, error?: unknown): void {
    logAbout(this, this.#core.profile.options.logger, level, message, error);
  }

  // What the inside tells

  onState(state: ConnectionState): void {
    this.#lifecycle?.onState(state);
  }

  onClosed(info: CloseInfo): void {
    this.#life.info = info;
    this.#taps?.complete();
    this.#life.onClosed(info);
    tearDown(this.#whenClosed);
    this.#whenClosed = undefined;
    this.#onClosed?.(this);
    publishClose(this, info);
    logClosed(this, this.#core.profile.options.logger, info);
  }

  onDone(): void {
    this.#life.onDone();
  }

  onPing(payload: Uint8Array): void {
    this.#taps?.pings.next(payload);
  }

  onPong(payload: Uint8Array, roundTripMs: number | undefined): void {
    this.#taps?.pongs.next(payload);
    if (roundTripMs !== undefined) this.#taps?.latency.next(roundTripMs);
  }
}
