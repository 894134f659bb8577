import { appendFileSync } from 'node:fs';
import net, { type LookupFunction } from 'node:net';
import { Duplex } from 'node:stream';
import {
  type Check,
  type Checks,
  flag,
  milliseconds,
  ofType,
  oneOf,
  secret,
  wholeNumber,
} from '../protocol/option-checks.js';
import type { TcpOptions } from '../transport/dial.js';
import type { Encryption } from '../transport/encryption.js';
import type { Given } from './given-value.js';
import { guardedLookup } from './guarded-lookup.js';
import { type Http2Choice, protocolsFor } from './http2/choice.js';
import { type ProxyOptions, type ProxySettings, resolveProxy } from './proxy/options.js';
import { checkTls, type ClientTlsOptions } from './tls-option.js';

/** Whom a function of yours is to connect to. */
export interface DialTarget {
  /** Whether the URL is one of `wss:`. TLS is laid over what you give, unless that is a TLSSocket already. */
  readonly secure: boolean;
  /** The host name or address, without the brackets of IPv6; empty for a Unix socket. */
  readonly hostname: string;
  readonly port: number;
  /** The path of a Unix socket. */
  readonly unixPath: string | undefined;
}

/** Gives a connected stream, or an Observable, promise or iterable of it. The first one is taken; it is destroyed with the connection. */
export type DialFunction = (target: DialTarget) => Given<Duplex>;

/** How a client gets to its server: addresses, TLS, proxies. */
export interface DialOptions {
  /** What `node:tls` takes for `wss:`: own authorities, a client certificate, `servername`. */
  readonly tls?: ClientTlsOptions;
  /**
   * Where the keys of TLS are written, for programs that read captures: a file to append to, or a function that is given each line. Who has
   * them can read all that was sent. Default nowhere, as for an empty text; the variable SSLKEYLOGFILE is not looked at.
   */
  readonly keyLog?: string | ((line: Uint8Array) => void);
  /**
   * Whether HTTP/2 is spoken, RFC 8441. `true` offers it by ALPN, and takes HTTP/1.1 from servers that do not open WebSockets over it;
   * `'only'` takes nothing else, and speaks it over `ws:`, too. Each connection has a session of its own. Default false.
   */
  readonly http2?: boolean | 'only';
  /**
   * The proxy on the way: a URL of `http:`, `https:`, `socks4:`, `socks4a:`, `socks5:` or `socks5h:`, `'env'` for what the environment
   * names, or an object with more. Unix sockets have none. Default none.
   */
  readonly proxy?: string | URL | ProxyOptions;
  /** The servers that are reached without it, as in the variable NO_PROXY, which `'env'` looks at where this is not given. */
  readonly noProxy?: string | readonly string[];
  /**
   * How many redirects are followed: 301, 302, 303, 307 and 308, never from `wss:` to `ws:`. To another host or port go no credentials, no cookies of
   * yours, no client certificate and no `hostHeader`, nor later on the way back. 0 to 20; default 0.
   */
  readonly redirects?: number;
  /** A connected stream to be used in place of a dial, once. Its TLS, if any, is yours, unless the URL is one of `wss:`. */
  readonly socket?: Duplex;
  /** A function of yours in place of a dial. */
  readonly dial?: DialFunction;
  /** Milliseconds for the look-up and TCP, to the proxy where there is one. Default `Infinity`: only `handshakeTimeoutMs` counts. */
  readonly connectTimeoutMs?: number;
  /** The address of this machine to connect from. Default: the system chooses. */
  readonly localAddress?: string;
  /** The port of this machine to connect from. Default: the system chooses. */
  readonly localPort?: number;
  /** Addresses of which family are tried: 4, 6, or 0 (default) for both. */
  readonly family?: 0 | 4 | 6;
  /** Whether the next address of a name is tried while the one before has not answered. RFC 8305. Default true. */
  readonly autoSelectFamily?: boolean;
  /** Milliseconds after which the next one is tried. 10 or more; default 250. */
  readonly autoSelectFamilyTimeoutMs?: number;
  /** Milliseconds of silence after which the system probes the peer by TCP. Default `Infinity`: it does not. */
  readonly tcpKeepAliveMs?: number;
  /** Looks names up in place of `dns.lookup`, and is called as that is. */
  readonly lookup?: LookupFunction;
  /** False leaves Nagle's algorithm on. Default true. */
  readonly noDelay?: boolean;
}

/** How a client dials. */
export interface ResolvedDialOptions {
  readonly tls: Encryption;
  readonly http2: Http2Choice;
  readonly proxy: ProxySettings | undefined;
  readonly redirects: number;
  readonly socket: Duplex | undefined;
  readonly dial: DialFunction | undefined;
  readonly connectTimeoutMs: number;
  readonly tcp: TcpOptions;
  readonly tcpKeepAliveMs: number | undefined;
  readonly noDelay: boolean;
}

const duplex: Check = {
  expected: 'a Duplex',
  accepts: (value) => value instanceof Duplex,
  inRangeOfType: () => false,
};

const address: Check = {
  expected: 'an address of IPv4 or IPv6',
  accepts: (value) => typeof value === 'string' && net.isIP(value) !== 0,
  inRangeOfType: (value) => typeof value === 'string',
};

/** @see DialOptions */
export const DIAL_CHECKS: Checks = Object.freeze({
  tls: secret(ofType('object')),
  keyLog: ofType('string', 'function'),
  http2: oneOf(false, true, 'only'),
  proxy: secret(ofType('string', 'object')),
  noProxy: ofType('string', 'object'),
  redirects: wholeNumber(0, 20),
  socket: duplex,
  dial: ofType('function'),
  connectTimeoutMs: milliseconds,
  localAddress: address,
  localPort: wholeNumber(1, 65535),
  family: oneOf(0, 4, 6),
  autoSelectFamily: flag,
  autoSelectFamilyTimeoutMs: wholeNumber(10, 2 ** 31 - 1),
  tcpKeepAliveMs: wholeNumber(1000),
  lookup: ofType('function'),
  noDelay: flag,
});

/** What has no effect where the stream is given. */
const FOR_OUR_DIAL = [
  'proxy',
  'noProxy',
  'connectTimeoutMs',
  'localAddress',
  'localPort',
  'family',
  'autoSelectFamily',
  'autoSelectFamilyTimeoutMs',
  'tcpKeepAliveMs',
  'lookup',
] as const;

/**
 * @param onTrouble - Called when a key log cannot be written.
 * @throws TypeError or RangeError for a proxy that is none, and for options that exclude each other.
 */
export function resolveDialOptions(
  options: DialOptions,
  onTrouble: (error: unknown) => void,
): ResolvedDialOptions {
  checkTogether(options);
  checkTls(options.tls, 'tls');
  const { tls = {}, keyLog, http2 = false, tcpKeepAliveMs = Infinity } = options;
  const encryption = { ...tls, protocols: protocolsFor(http2) };
  return {
    tls:
      keyLog === undefined || keyLog === ''
        ? encryption
        : { ...encryption, onKeyLog: keyLogger(keyLog, onTrouble) },
    http2,
    proxy: resolveProxy(options.proxy, options.noProxy),
    redirects: options.redirects ?? 0,
    socket: options.socket,
    dial: options.dial,
    connectTimeoutMs: options.connectTimeoutMs ?? Infinity,
    tcp: tcpOptions(options),
    tcpKeepAliveMs: tcpKeepAliveMs === Infinity ? undefined : tcpKeepAliveMs,
    noDelay: options.noDelay ?? true,
  };
}

function checkTogether(options: DialOptions): void {
  if ((options.http2 ?? false) !== false && options.tls?.ALPNProtocols !== undefined) {
    throw new TypeError('option tls.ALPNProtocols is given beside http2, which says what is offered');
  }
  const given = options.socket !== undefined ? 'socket' : options.dial !== undefined ? 'dial' : undefined;
  if (given === undefined) return;
  if (given === 'socket' && options.dial !== undefined) {
    throw new TypeError('options socket and dial are both given, expected one of them');
  }
  if (given === 'socket' && (options.redirects ?? 0) > 0) {
    throw new TypeError('option redirects is given beside socket, which is for one request');
  }
  const idle = FOR_OUR_DIAL.find((name) => options[name] !== undefined);
  if (idle !== undefined) throw new TypeError(`option ${idle} is given beside ${given}, which does not dial`);
}

function tcpOptions(options: DialOptions): TcpOptions {
  const { localAddress, localPort, family, lookup, autoSelectFamily, autoSelectFamilyTimeoutMs } = options;
  return {
    ...(localAddress !== undefined && { localAddress }),
    ...(localPort !== undefined && { localPort }),
    ...(family !== undefined && { family }),
    ...(lookup !== undefined && { lookup: guardedLookup(lookup) }),
    ...(autoSelectFamily !== undefined && { autoSelectFamily }),
    ...(autoSelectFamilyTimeoutMs !== undefined && {
      autoSelectFamilyAttemptTimeout: autoSelectFamilyTimeoutMs,
    }),
  };
}

/** What a hook throws, or rejects with, may not end the process: it was called by a socket. */
function keyLogger(
  keyLog: string | ((line: Uint8Array) => unknown),
  onTrouble: (error: unknown) => void,
): (line: Uint8Array) => void {
  return (line) => {
    try {
      if (typeof keyLog === 'function') {
        Promise.resolve(keyLog(line)).catch(onTrouble);
        return;
      }
      // Lines are few and short, and those of several connections must not be mixed.
      appendFileSync(keyLog, line, { mode: 0o600 });
    } catch (error) {
      onTrouble(error);
    }
  };
}
