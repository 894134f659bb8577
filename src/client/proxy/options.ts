import {
  headerList,
  type HeaderOptions,
  type ReservedHeaders,
} from '../../protocol/handshake/header-options.js';
import { headersByName, type HeadersInput } from '../asking/given-headers.js';
import { type Checks, checkOptions, ofType, secret } from '../../protocol/option-checks.js';
import { checkCredentials } from './credentials.js';
import { type Bypass, compileNoProxy, splitNoProxy } from './no-proxy.js';
import { parseProxyUrl, type ProxyAddress } from './proxy-url.js';
import { checkTls, type ClientTlsOptions } from '../tls-option.js';

/** A proxy with what its URL has no place for. */
export interface ProxyOptions {
  /** `http:`, `https:`, `socks4:`, `socks4a:`, `socks5:` or `socks5h:`, or `'env'` for what the environment names. */
  readonly url: string | URL;
  /** Who asks, in place of what stands in the URL. With `'env'` that has to stand there. */
  readonly username?: string;
  /** For HTTP proxies and SOCKS 5. */
  readonly password?: string;
  /** Further header fields of the CONNECT, by name or as pairs. */
  readonly headers?: HeadersInput;
  /** What `node:tls` takes for the connection to an `https:` proxy. That to the server has the option `tls`. */
  readonly tls?: ClientTlsOptions;
}

/** Where the client takes its proxy from. */
export interface ProxySettings {
  /** One proxy for all servers, or the environment, which is asked at each dial. */
  readonly address: ProxyAddress | 'env';
  readonly headers: HeaderOptions;
  readonly tls: ClientTlsOptions;
  /** Undefined leaves it to the environment, where the proxy is from there. */
  readonly bypass: Bypass | undefined;
}

const CHECKS: Checks = Object.freeze({
  url: secret(ofType('string', 'object')),
  username: secret(ofType('string')),
  password: secret(ofType('string')),
  headers: secret(ofType('object')),
  tls: secret(ofType('object')),
});

const WHAT = 'option proxy';

const reservedInConnect =
  (hasCredentials: boolean): ReservedHeaders =>
  (name) => {
    if (name === 'host') return 'it is made from the URL';
    if (name === 'proxy-authorization' && hasCredentials) return 'the credentials set it';
    if (name === 'content-length' || name === 'transfer-encoding') return 'a CONNECT has no body';
    return undefined;
  };

/**
 * The options `proxy` and `noProxy`; undefined for no proxy.
 *
 * @throws TypeError or RangeError that names the option; no part of a URL is shown.
 */
export function resolveProxy(
  proxy: string | URL | ProxyOptions | undefined,
  noProxy: string | readonly string[] | undefined,
): ProxySettings | undefined {
  if (proxy === undefined) {
    if (noProxy !== undefined) throw new TypeError('option noProxy is given without the option proxy');
    return undefined;
  }
  const options = isOptions(proxy) ? proxy : { url: proxy };
  checkOptions(options, CHECKS, 'proxy.');
  checkTls(options.tls, 'proxy.tls');
  const url: unknown = options.url;
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new TypeError(`${WHAT} has no url, expected a URL or 'env'`);
  }
  const headers = headersByName(options.headers ?? {});
  const address = url === 'env' ? environmentOnly(options) : addressOf(url, options);
  headerList(headers, reservedInConnect(address !== 'env' && address.username !== undefined));
  return {
    address,
    headers,
    tls: { ...options.tls },
    bypass: noProxy === undefined ? undefined : bypassOf(noProxy),
  };
}

function isOptions(proxy: string | URL | ProxyOptions): proxy is ProxyOptions {
  return typeof proxy === 'object' && !(proxy instanceof URL);
}

function environmentOnly({ username, password }: ProxyOptions): 'env' {
  if (username === undefined && password === undefined) return 'env';
  throw new TypeError(`${WHAT} has credentials beside 'env', expected them in the variable's URL`);
}

function addressOf(url: string | URL, { username, password, headers, tls }: ProxyOptions): ProxyAddress {
  const parsed = parseProxyUrl(url, WHAT);
  const address = {
    ...parsed,
    username: username ?? parsed.username,
    password: password ?? parsed.password,
  };
  checkCredentials(address, WHAT);
  if (tls !== undefined && address.scheme !== 'https') {
    throw new TypeError(`option proxy.tls is given for a proxy of ${address.scheme}:, expected https:`);
  }
  if (headers !== undefined && address.scheme.startsWith('socks')) {
    throw new TypeError(
      `option proxy.headers is given for a proxy of ${address.scheme}:, expected http: or https:`,
    );
  }
  return address;
}

function bypassOf(noProxy: string | readonly string[]): Bypass {
  const entries: unknown = typeof noProxy === 'string' ? splitNoProxy(noProxy) : noProxy;
  if (!Array.isArray(entries) || !entries.every((entry) => typeof entry === 'string')) {
    throw new TypeError('option noProxy is not a string or an array of strings');
  }
  return compileNoProxy(entries, (entry) => {
    throw new TypeError(
      `option noProxy has the entry '${entry}', expected *, a name, an address or a block of them`,
    );
  });
}
