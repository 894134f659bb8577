import type { ClientOptions } from '../index.js';
import { parseByteSize } from './byte-size.js';
import { durationMs, type Given, wholeNumber } from './flags.js';
import { readHeaders } from './headers.js';
import { readSecret } from './secret.js';
import { readTls, TLS_FLAGS } from './tls-flags.js';
import { UsageError } from './usage-error.js';
import { readAuth, readCookies } from './who-asks.js';

/** The flags of `rxwire <url>` about the way to the server, and what it is asked. */
export const CLIENT_FLAGS = {
  subprotocols: { type: 'string', short: 's', multiple: true },
  origin: { type: 'string', short: 'o' },
  header: { type: 'string', short: 'H', multiple: true },
  headers: { type: 'string', multiple: true },
  host: { type: 'string' },
  cookie: { type: 'string', multiple: true },
  auth: { type: 'string' },
  location: { type: 'boolean', short: 'L' },
  'max-redirects': { type: 'string' },
  proxy: { type: 'string', short: 'p' },
  'no-proxy': { type: 'string' },
  'connect-timeout': { type: 'string' },
  ipv4: { type: 'boolean', short: '4' },
  ipv6: { type: 'boolean', short: '6' },
  http2: { type: 'boolean' },
  'http2-only': { type: 'boolean' },
  compress: { type: 'boolean' },
  'no-compress': { type: 'boolean' },
  'max-message': { type: 'string' },
  ...TLS_FLAGS,
} as const;

type Values = Given<typeof CLIENT_FLAGS>['values'];

const DEFAULT_MAX_MESSAGE = '64MiB';
/** As many as of curl's users nobody has noticed; more than the library's twenty are none. */
const DEFAULT_REDIRECTS = 10;

/** What the option of the library is called here, for errors. */
export const FLAG_OF_OPTION: Readonly<Record<string, string>> = Object.freeze({
  auth: '--auth',
  cookies: '--cookie',
  hostHeader: '--host',
  noProxy: '--no-proxy',
  origin: '--origin',
  proxy: '--proxy',
  subprotocols: '--subprotocols',
});

/** @throws UsageError for what is wrong; Error for a file that cannot be read, or not be written. */
export function clientOptions(values: Values): ClientOptions {
  const { origin, host, cookie, auth } = values;
  if (values.compress === true && values['no-compress'] === true) {
    throw new UsageError('--compress and --no-compress exclude each other');
  }
  if (origin === '') {
    throw new UsageError('--origin is "", expected one such as https://example.com, or same');
  }
  return {
    maxMessageBytes: parseByteSize('--max-message', values['max-message'] ?? DEFAULT_MAX_MESSAGE),
    // How long the end may take is measured by silence (see leave), and what has come is shown however slow stdout is.
    closeTimeoutMs: Infinity,
    drainTimeoutMs: Infinity,
    // What is dropped behind `| head -1` or Ctrl+C is not missed; all else the command says itself.
    logger: {},
    headers: readHeaders(values.header ?? [], values.headers ?? []),
    subprotocols: (values.subprotocols ?? []).flatMap((list) => list.split(',').map((name) => name.trim())),
    ...(origin !== undefined && { origin }),
    ...(host !== undefined && { hostHeader: host }),
    ...(cookie !== undefined && { cookies: readCookies(cookie) }),
    ...(auth !== undefined && { auth: readAuth(auth) }),
    // Offered unless told otherwise, as by the library; --compress says the same in words.
    compression: values['no-compress'] !== true,
    ...readTls(values),
    ...readWay(values),
  };
}

function readWay(values: Values): ClientOptions {
  const { proxy, ipv4 = false, ipv6 = false, http2 = false } = values;
  const noProxy = values['no-proxy'];
  const timeout = values['connect-timeout'];
  if (ipv4 && ipv6) throw new UsageError('--ipv4 and --ipv6 exclude each other');
  return {
    ...(proxy !== undefined && { proxy: completedProxy(readSecret('--proxy', proxy)) }),
    ...(noProxy !== undefined && { noProxy }),
    ...(timeout !== undefined && { handshakeTimeoutMs: durationMs('--connect-timeout', timeout) }),
    ...((ipv4 || ipv6) && { family: ipv4 ? 4 : 6 }),
    ...((http2 || values['http2-only'] === true) && { http2: values['http2-only'] === true ? 'only' : true }),
    ...readRedirects(values),
  };
}

function readRedirects({ location, 'max-redirects': most }: Values): Pick<ClientOptions, 'redirects'> {
  if (location !== true) {
    if (most !== undefined) throw new UsageError('--max-redirects needs --location');
    return {};
  }
  return { redirects: most === undefined ? DEFAULT_REDIRECTS : wholeNumber('--max-redirects', most, 0, 20) };
}

/** An address without a scheme is that of an HTTP proxy, as for curl and wscat. */
function completedProxy(proxy: string): string {
  return proxy === 'env' || proxy.includes('://') ? proxy : `http://${proxy}`;
}
