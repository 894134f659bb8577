import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../connection/clock.js';
import {
  HandshakeError,
  type HandshakePhase,
  ProxyError,
  TimeoutError,
  WebSocketError,
} from '../protocol/errors.js';
import { claim } from '../transport/claim.js';
import { dial, type Dial, type DialOptions } from '../transport/dial.js';
import { encrypt } from '../transport/encryption.js';
import { whyNotOctets } from '../transport/octet-stream.js';
import { ready } from '../transport/ready.js';
import type { DialTarget, ResolvedDialOptions } from './dial-options.js';
import { givenStream, type GivenStream } from './given-stream.js';
import { chooseProxy } from './proxy/choose.js';
import { openTunnel } from './proxy/open-tunnel.js';
import type { ProxyAddress } from './proxy/proxy-url.js';
import { reasonOf } from './reason-of.js';
import type { Target } from './target.js';

/** Told what came of a {@link Dialing}. One of the two is called, once, unless it is aborted. */
export interface DialObserver {
  /** The stream is connected, encryption included. It has been read by nobody, and nobody listens for its errors. */
  onStream(stream: Duplex): void;
  onError(error: Error): void;
}

/** On the way to a stream to the server: dialled directly, through a proxy, or given. */
export class Dialing {
  readonly #target: Target;
  readonly #options: ResolvedDialOptions;
  readonly #clock: Clock;
  readonly #observer: DialObserver;
  readonly #streams: Duplex[] = [];
  #phase: HandshakePhase = 'dns';
  /** The one that knows its phase itself. */
  #dial: Dial | undefined;
  #settled = false;
  #cancelTimeout: () => void = () => undefined;
  #given: GivenStream | undefined;

  constructor(target: Target, options: ResolvedDialOptions, clock: Clock, observer: DialObserver) {
    this.#target = target;
    this.#options = options;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** How far it has come: `http` when there is nothing left to do here. */
  get phase(): HandshakePhase {
    if (this.#dial === undefined || this.#phase === 'proxy') return this.#phase;
    return this.#dial.connected() ? 'http' : this.#dial.phase();
  }

  /** Begins. What it finds is told later, never within the call. */
  start(): void {
    this.#run().then(
      (stream) => {
        if (!this.#settle()) return;
        this.#phase = 'http';
        stream.off('error', ignore);
        this.#observer.onStream(stream);
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /** Ends it: nothing is called after that, and nothing is left. */
  abort(): void {
    if (this.#settle()) this.#destroy();
  }

  /** Destroys what it has made, after it failed. */
  #destroy(): void {
    this.#given?.leave();
    for (const stream of this.#streams) stream.destroy();
  }

  async #run(): Promise<Duplex> {
    const { socket, dial: dialFunction } = this.#options;
    if (socket !== undefined || dialFunction !== undefined) return this.#takeGiven();
    const proxy = this.#proxy();
    return proxy === undefined ? this.#direct() : this.#through(proxy);
  }

  #proxy(): ProxyAddress | undefined {
    const { proxy } = this.#options;
    if (proxy === undefined || this.#target.unixPath !== undefined) return undefined;
    this.#phase = 'proxy';
    const chosen = chooseProxy(proxy, this.#target, process.env);
    if (chosen === undefined) this.#phase = 'dns';
    return chosen;
  }

  #direct(): Promise<Duplex> {
    const { secure, hostname, port, unixPath } = this.#target;
    const { tls } = this.#options;
    return this.#dialed({ hostname, port, unixPath, tls: secure ? tls : undefined });
  }

  async #dialed(where: Pick<DialOptions, 'hostname' | 'port' | 'unixPath' | 'tls'>): Promise<Duplex> {
    // Names may have been looked up meanwhile.
    if (this.#settled) throw new Error('aborted');
    const { tcp, tcpKeepAliveMs, noDelay } = this.#options;
    const dialing = this.#begun({ ...where, tcp, tcpKeepAliveMs, noDelay });
    this.#dial = dialing;
    const { socket } = dialing;
    this.#hold(socket);
    this.#limit(socket);
    await ready(socket, where.tls === undefined ? 'connect' : 'secureConnect');
    return socket;
  }

  #begun(options: DialOptions): Dial {
    try {
      return dial(options);
    } catch (error) {
      // A key, a passphrase or a list of ciphers that is none: nothing has been looked up.
      if (this.#phase === 'dns' && options.tls !== undefined) this.#phase = 'tls';
      throw error;
    }
  }

  /** For the part that `connectTimeoutMs` is about. */
  #limit(socket: Duplex): void {
    const { connectTimeoutMs } = this.#options;
    if (connectTimeoutMs === Infinity) return;
    this.#cancelTimeout = this.#clock.after(connectTimeoutMs, () => {
      this.#fail(this.#late(connectTimeoutMs));
    });
    socket.once('connect', () => {
      this.#cancelTimeout();
    });
  }

  #late(limitMs: number): Error {
    const { phase } = this;
    const whom = phase === 'proxy' ? 'its proxy' : 'it';
    const text = `${this.#target.shown}: ${whom} was not connected to within ${String(limitMs)} ms`;
    const cause = new TimeoutError(text, { option: 'connectTimeoutMs', limitMs });
    const details = { cause, code: 'RXWIRE_HANDSHAKE_TIMEOUT' } as const;
    return phase === 'proxy'
      ? new ProxyError(text, details)
      : new HandshakeError(text, { ...details, phase });
  }

  async #through(proxy: ProxyAddress): Promise<Duplex> {
    const settings = this.#options.proxy;
    const stream = await openTunnel({
      proxy,
      destination: this.#target,
      headers: settings?.headers ?? {},
      tcp: this.#options.tcp,
      dial: () =>
        this.#dialed({
          hostname: proxy.hostname,
          port: proxy.port,
          unixPath: undefined,
          tls: proxy.scheme === 'https' ? (settings?.tls ?? {}) : undefined,
        }),
      onPhase: (phase) => {
        this.#phase = phase;
      },
    });
    return this.#target.secure ? this.#encrypted(stream) : stream;
  }

  async #takeGiven(): Promise<Duplex> {
    this.#phase = 'tcp';
    const { secure, hostname, port, unixPath } = this.#target;
    const given = this.#options.socket ?? (await this.#asked({ secure, hostname, port, unixPath }));
    const closed =
      given.destroyed || !given.readable || !given.writable
        ? new Error('the given stream is closed, or ended on one side')
        : undefined;
    // Not held, and so not destroyed: it is another connection's.
    if (!claim(given)) {
      throw closed ?? new Error('the given stream was taken before, and is good for one connection');
    }
    this.#hold(given);
    if (closed !== undefined) throw closed;
    const flaw = whyNotOctets(given);
    if (flaw !== undefined) throw new TypeError(`the given stream ${flaw}`);
    if (!(given instanceof TLSSocket)) return secure ? this.#encrypted(given) : given;
    if (this.#options.http2 !== false && given.alpnProtocol === null) {
      // What it has negotiated decides what is spoken.
      this.#phase = 'tls';
      await ready(given, 'secureConnect');
    }
    return given;
  }

  #asked(target: DialTarget): Promise<Duplex> {
    this.#given = givenStream(() => this.#options.dial?.(target) ?? []);
    return this.#given.stream;
  }

  async #encrypted(stream: Duplex): Promise<Duplex> {
    this.#dial = undefined;
    this.#phase = 'tls';
    const socket = encrypt(stream, this.#target.hostname || 'localhost', this.#options.tls);
    this.#hold(socket);
    await ready(socket, 'secureConnect');
    return socket;
  }

  /** From here on the stream is destroyed with this, and its errors end nobody's process. */
  #hold(stream: Duplex): void {
    stream.on('error', ignore);
    this.#streams.push(stream);
    if (this.#settled) stream.destroy();
  }

  #fail(error: unknown): void {
    const { phase } = this;
    if (!this.#settle()) return;
    this.#destroy();
    this.#observer.onError(this.#describe(error, phase));
  }

  #describe(error: unknown, phase: HandshakePhase): Error {
    if (error instanceof WebSocketError) return error;
    const text = `cannot connect to ${this.#target.shown}: ${reasonOf(error)}`;
    return new HandshakeError(text, { phase, cause: error });
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#cancelTimeout();
    return true;
  }
}

function ignore(): void {
  // A stream says why it was lost to whoever waits for it.
}
