import { Duplex } from 'node:stream';
import type { SocksClientOptions } from 'socks';
import { converse } from './exchange.js';

/** What a SOCKS proxy is asked for, and by whom. */
export interface SocksRequest {
  readonly version: 4 | 5;
  /** A name is left to the proxy to look up: SOCKS 4a does that, and SOCKS 5. */
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Whether nothing may come behind the proxy's answer: this side speaks first. */
  readonly speaksFirst: boolean;
}

/** Enough for the longest answers of SOCKS 5. RFC 1928 sections 3 and 6, RFC 1929 section 2. */
const MAX_ANSWER_BYTES = 512;
/** The package has a timer that cannot be stopped, beside ours: it ends ten minutes later what is still negotiated then. */
const LAST_RESORT_MS = 600_000;
/**
 * What a proxy says of its own way to the server, as the system would have said it: it may be over at the next attempt. The general failures are
 * all that many proxies know. RFC 1928 section 6; 91 in SOCKS 4.
 */
const CODES: ReadonlyMap<string, string> = new Map([
  ['Failure', 'ECONNABORTED'],
  ['NetworkUnreachable', 'ENETUNREACH'],
  ['HostUnreachable', 'EHOSTUNREACH'],
  ['ConnectionRefused', 'ECONNREFUSED'],
  ['TTLExpired', 'ETIMEDOUT'],
  ['(Failed)', 'ECONNABORTED'],
]);
/** The first octet of what a proxy answers: in SOCKS 4 it is no version number. */
const FIRST_OCTET = { 4: 0, 5: 5 } as const;

/**
 * Asks a SOCKS proxy at the other end of `stream` for a way to the server. RFC 1928, RFC 1929; SOCKS 4 and 4a.
 *
 * Rejects with what the proxy said. The errors of the package hold the credentials, so only their texts are passed on.
 */
export async function openSocksTunnel(stream: Duplex, request: SocksRequest): Promise<void> {
  // Loaded by those who need it: that takes longer than to load all of this library.
  const { SocksClient } = await import('socks');
  if (stream.destroyed) throw new Error('the stream was closed');
  const side = new SocksSide(stream);
  const client = withoutSecrets(() => new SocksClient({ ...settingsOf(request), existing_socket: side }));
  let outcome: 'open' | Error | undefined;
  client.once('established', ({ remoteHost }) => {
    const isAddressed = request.version === 4 || remoteHost !== undefined;
    outcome = isAddressed ? 'open' : new Error('its answer has an address of an unknown type');
  });
  const failed = new Promise<never>((_, reject) => {
    client.on('error', ({ message }) => {
      outcome ??= refusal(message);
      if (outcome instanceof Error) reject(outcome);
    });
  });
  let taken = 0;
  const take = (chunk: Buffer): Uint8Array | undefined => {
    for (let i = 0; i < chunk.length; i++) {
      checkOctet(chunk[i]!, taken++, request.version);
      // One by one, so that what follows the answer is not taken for a part of it.
      side.emit('data', chunk.subarray(i, i + 1));
      if (outcome instanceof Error) throw outcome;
      if (outcome === undefined) continue;
      const rest = chunk.subarray(i + 1);
      if (request.speaksFirst && rest.length > 0) throw new Error('it sent octets behind its answer');
      return rest;
    }
    return undefined;
  };
  client.connect(side);
  try {
    const ended = (): Error => lost('it closed the connection instead of answering', 'ECONNRESET');
    // A refused password is told of in a microtask, which may be the last thing that happens.
    await Promise.race([converse(stream, { opening: side.begin(), take, ended }), failed]);
  } finally {
    side.leave();
  }
}

/** What the package refuses before it begins, such as a name of more than 255 octets. */
function withoutSecrets<T>(make: () => T): T {
  let reason: string;
  try {
    return make();
  } catch (error) {
    reason = (error as Error).message;
  }
  // Not with the error as its cause: that holds the password.
  throw new Error(reason);
}

function settingsOf(request: SocksRequest): SocksClientOptions {
  const { version, host, port, username, password } = request;
  return {
    command: 'connect',
    destination: { host, port },
    proxy: {
      // Not dialled by the package; it wants an address all the same.
      host: '0.0.0.0',
      port: 1080,
      type: version,
      ...(username !== undefined && { userId: username }),
      ...(password !== undefined && { password }),
    },
    timeout: LAST_RESORT_MS,
  };
}

function checkOctet(octet: number, index: number, version: 4 | 5): void {
  if (index === 0 && octet !== FIRST_OCTET[version]) {
    throw new Error(
      `its answer begins with the octet ${String(octet)}, which is not SOCKS ${String(version)}`,
    );
  }
  if (index >= MAX_ANSWER_BYTES) {
    throw new Error(`its answer has more than ${String(MAX_ANSWER_BYTES)} octets`);
  }
}

/** The package names the code of an answer that it refuses, and "Granted" if the version is what was wrong. */
function refusal(message: string): Error {
  const [, reply = ''] = / - (.*)$/.exec(message) ?? [];
  if (reply === 'Granted') return new Error('its answer has a wrong version');
  const code = CODES.get(reply);
  return code === undefined ? new Error(message) : lost(message, code);
}

function lost(text: string, code: string): Error {
  return Object.assign(new Error(text), { code });
}

/** The package's side of the stream, behind which it sees neither more nor less than its answers. */
class SocksSide extends Duplex {
  #stream: Duplex | undefined;
  #begun: Buffer[] | undefined = [];

  constructor(stream: Duplex) {
    super();
    this.#stream = stream;
    this.on('error', () => undefined);
  }

  /** What was written until now; from here on it goes to the stream. */
  begin(): Uint8Array {
    const opening = Buffer.concat(this.#begun ?? []);
    this.#begun = undefined;
    return opening;
  }

  /** The package's timer holds this for a while: it holds the stream no more. */
  leave(): void {
    this.#stream = undefined;
    this.destroy();
  }

  override _read(): void {
    // What comes is handed over by events.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#begun !== undefined) this.#begun.push(chunk);
    else this.#stream?.write(chunk);
    done();
  }
}
