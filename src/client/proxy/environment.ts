/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy's URL, and the variable that has it. */
export interface FoundProxy {
  readonly name: string;
  readonly url: string;
}

/** The first that is set is taken. */
const FOR_WSS = ['wss_proxy', 'socks_proxy', 'https_proxy', 'all_proxy'] as const;
const FOR_WS = ['ws_proxy', 'socks_proxy', 'https_proxy', 'http_proxy', 'all_proxy'] as const;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * The proxy that the environment names: for `wss:` the first of `wss_proxy`, `socks_proxy`, `https_proxy` and `all_proxy`, for `ws:` the first of
 * `ws_proxy`, `socks_proxy`, `https_proxy`, `http_proxy` and `all_proxy`. Each is looked for in lower case, then in upper case; one that is
 * empty in lower case is not set. Without a scheme it is `socks5h:` for `socks_proxy`, and `http:` for the others.
 */
export function proxyOfEnvironment(environment: Environment, secure: boolean): FoundProxy | undefined {
  for (const name of secure ? FOR_WSS : FOR_WS) {
    const found = variable(environment, name);
    if (found === undefined) continue;
    const url = SCHEME.test(found.value)
      ? found.value
      : `${name === 'socks_proxy' ? 'socks5h' : 'http'}://${found.value}`;
    return { name: found.name, url };
  }
  return undefined;
}

/** The list of servers that are reached without a proxy; empty if there is none. */
export function noProxyOfEnvironment(environment: Environment): string {
  return variable(environment, 'no_proxy')?.value ?? '';
}

function variable(
  environment: Environment,
  lower: string,
): { readonly name: string; readonly value: string } | undefined {
  const upper = lower.toUpperCase();
  // In a CGI program HTTP_PROXY is the header Proxy of the request, which anybody sends.
  const isForged = upper === 'HTTP_PROXY' && environment['REQUEST_METHOD'] !== undefined;
  const name = environment[lower] === undefined && !isForged ? upper : lower;
  const value = environment[name]?.trim() ?? '';
  return value === '' ? undefined : { name, value };
}
