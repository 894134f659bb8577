/** How a proxy is spoken to. With `socks4` and `socks5` this side looks names up, with `socks4a` and `socks5h` the proxy does. */
export type ProxyScheme = 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5' | 'socks5h';

/** A proxy, and who asks it. */
export interface ProxyAddress {
  readonly scheme: ProxyScheme;
  /** The host name or address, without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The URL without credentials, for errors and logs. */
  readonly shown: string;
}

const DEFAULT_PORTS: Readonly<Record<ProxyScheme, number>> = Object.freeze({
  http: 80,
  https: 443,
  socks4: 1080,
  socks4a: 1080,
  socks5: 1080,
  socks5h: 1080,
});

/**
 * Reads the URL of a proxy.
 *
 * @param what - What the URL is called in errors, which never show it: there may be a password in it.
 * @throws TypeError for what is no URL, another scheme, a path, a query, a fragment, or credentials that cannot be decoded.
 */
export function parseProxyUrl(url: string | URL, what: string): ProxyAddress {
  const text = String(url);
  const parsed = parse(text);
  if (parsed === undefined) {
    throw new TypeError(`${what} cannot be parsed as a URL, expected one such as http://host:port`);
  }
  const scheme = parsed.protocol.slice(0, -1);
  if (!isProxyScheme(scheme)) {
    const known = Object.keys(DEFAULT_PORTS).join(':, ');
    throw new TypeError(`${what} has the scheme "${parsed.protocol}", expected ${known}:`);
  }
  if ((parsed.pathname !== '' && parsed.pathname !== '/') || /[?#]/.test(text)) {
    throw new TypeError(`${what} has a path, a query or a fragment, expected only a host and a port`);
  }
  // As of http:, whose hosts are read by the rules of the web: in lower case, without percent signs, in Punycode.
  const hostname = parse(`http://${parsed.host}`)?.hostname ?? '';
  if (hostname === '') throw new TypeError(`${what} has no host`);
  const port = parsed.port === '' ? DEFAULT_PORTS[scheme] : Number(parsed.port);
  if (port === 0) throw new TypeError(`${what} has the port 0, expected 1 to 65535`);
  return {
    scheme,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port,
    ...credentialsOf(parsed, what),
    shown: `${scheme}://${hostname}:${String(port)}`,
  };
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isProxyScheme(scheme: string): scheme is ProxyScheme {
  return Object.hasOwn(DEFAULT_PORTS, scheme);
}

function credentialsOf(
  { username, password }: URL,
  what: string,
): Pick<ProxyAddress, 'username' | 'password'> {
  const given = (text: string): string | undefined => (text === '' ? undefined : decodeURIComponent(text));
  try {
    return { username: given(username), password: given(password) };
  } catch {
    throw new TypeError(`${what} has credentials that cannot be decoded`);
  }
}
