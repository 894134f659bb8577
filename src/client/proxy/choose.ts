import { ProxyError } from '../../protocol/errors.js';
import { checkCredentials } from './credentials.js';
import { type Environment, noProxyOfEnvironment, proxyOfEnvironment } from './environment.js';
import { compileNoProxy, splitNoProxy } from './no-proxy.js';
import type { ProxySettings } from './options.js';
import { parseProxyUrl, type ProxyAddress } from './proxy-url.js';

/** Whom the client wants to reach. */
export interface Destination {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
}

/**
 * The proxy on the way to a server; undefined for none.
 *
 * @throws ProxyError for a variable that names no proxy. An entry of its NO_PROXY that means nothing is passed over, as everybody does.
 */
export function chooseProxy(
  settings: ProxySettings,
  { secure, hostname, port }: Destination,
  environment: Environment,
): ProxyAddress | undefined {
  const { address, bypass } = settings;
  if (bypass?.(hostname, port) === true) return undefined;
  if (address !== 'env') return address;
  const found = proxyOfEnvironment(environment, secure);
  if (found === undefined) return undefined;
  if (bypass === undefined) {
    const entries = splitNoProxy(noProxyOfEnvironment(environment));
    if (compileNoProxy(entries, () => undefined)(hostname, port)) return undefined;
  }
  const what = `the variable ${found.name}`;
  try {
    const proxy = parseProxyUrl(found.url, what);
    checkCredentials(proxy, what);
    return proxy;
  } catch (error) {
    throw new ProxyError((error as Error).message);
  }
}
