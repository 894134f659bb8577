import http from 'node:http';
import https from 'node:https';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { machineClock } from '../connection/clock.js';
import { type Checks, checkOptions, milliseconds, ofType, wholeNumber } from '../protocol/option-checks.js';
import { WaitingSockets } from './entrance/waiting-sockets.js';

/** What {@link flashPolicy} answers, and how long it waits. */
export interface FlashPolicyOptions {
  /** The policy file, a NUL behind it or not. Default one that lets pages of any domain connect to any port. */
  readonly policy?: string;
  /** Milliseconds for a client to send its first octets; then it is closed. Default 10 000. */
  readonly timeoutMs?: number;
  /** The most clients that have not sent them; the next one is closed. Default 1000. */
  readonly maxPending?: number;
}

const CHECKS: Checks = Object.freeze({
  policy: ofType('string'),
  timeoutMs: milliseconds,
  maxPending: wholeNumber(1),
});

const REQUEST: Buffer = Buffer.from('<policy-file-request/>\0', 'latin1');
const NUL = '\0';
const ANYBODY = '<cross-domain-policy><allow-access-from domain="*" to-ports="*" /></cross-domain-policy>';

/**
 * A server of `node:net` that answers the players of old web pages which ask for a policy file before they connect, and hands out all other
 * connections of `server` as they came. Give it to `listen` as its option `server`; yours is bound and closed by you.
 *
 * @throws TypeError for what is no server of `node:net`, and for a policy with a NUL in it; TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import net from 'node:net';
 * import { flashPolicy, listen } from 'rxwire';
 *
 * const door = net.createServer();
 * listen({ server: flashPolicy(door) }).subscribe();
 * door.listen(9000);
 * ```
 */
export function flashPolicy(server: NetServer, options: FlashPolicyOptions = {}): NetServer {
  checkOptions(options, CHECKS);
  const layered = [tls.Server, http.Server, https.Server].some((other) => server instanceof other);
  if (!(server instanceof NetServer) || layered) {
    throw new TypeError('flashPolicy takes a server of node:net');
  }
  const { policy = ANYBODY, timeoutMs = 10_000, maxPending = 1000 } = options;
  const text = policy.endsWith(NUL) ? policy.slice(0, -1) : policy;
  if (text.includes(NUL)) throw new TypeError('option policy has a NUL before its end');
  return new PolicyServer(server, Buffer.from(text + NUL, 'utf8'), timeoutMs, maxPending);
}

class PolicyServer extends NetServer {
  readonly #server: NetServer;
  readonly #policy: Buffer;
  readonly #timeoutMs: number;
  readonly #waiting: WaitingSockets;

  constructor(server: NetServer, policy: Buffer, timeoutMs: number, maxPending: number) {
    super();
    this.#server = server;
    this.#policy = policy;
    this.#timeoutMs = timeoutMs;
    this.#waiting = new WaitingSockets(maxPending, () => 0);
    server.on('connection', this.#onSocket);
    server.on('close', () => {
      this.#waiting.destroy();
    });
  }

  override address(): AddressInfo | string | null {
    return this.#server.address();
  }

  readonly #onSocket = (socket: Socket): void => {
    // While nobody takes what is handed out, the server's owner may do as he likes.
    if (this.listenerCount('connection') === 0) return;
    socket.on('error', ignore);
    const cancel = machineClock.after(this.#timeoutMs, () => {
      socket.destroy();
    });
    if (this.#waiting.admit(socket, cancel)) this.#look(socket);
  };

  /** Looks at the first octets, and puts them back unless they ask for the policy file. */
  #look(socket: Socket): void {
    let held: Uint8Array = new Uint8Array(0);
    const onData = (chunk: Uint8Array): void => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const length = Math.min(held.length, REQUEST.length);
      const asks = REQUEST.compare(held, 0, length, 0, length) === 0;
      if (asks && length < REQUEST.length) return;
      socket.off('data', onData);
      socket.off('end', onEnd);
      this.#waiting.leave(socket);
      if (asks) this.#answer(socket);
      else this.#handOn(socket, held);
    };
    const onEnd = (): void => {
      socket.destroy();
    };
    socket.on('data', onData);
    socket.on('end', onEnd);
  }

  #answer(socket: Socket): void {
    socket.resume();
    socket.end(this.#policy);
    socket.once('finish', () => socket.destroy());
  }

  #handOn(socket: Socket, held: Uint8Array): void {
    socket.pause();
    socket.unshift(held);
    socket.off('error', ignore);
    if (this.emit('connection', socket)) socket.resume();
    else socket.destroy();
  }
}

function ignore(): void {
  // Whoever reset the socket is gone.
}
