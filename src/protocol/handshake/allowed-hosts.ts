import { describe } from './describe.js';
import { type CompiledOrigins, compileOrigins } from './origins.js';

/** {@link compileAllowedHosts | A list of hosts}, ready to judge requests. */
export interface AllowedHosts {
  /** Whether a request may ask for `host`: the value of Host, or what a trusted proxy says in its place. */
  allows(host: string, secure: boolean): boolean;
}

/**
 * Reads a list of hosts such as `example.com`, `*.example.com`, `localhost:*` and `[::1]:8080`. As in a list of origins a star stands for
 * one label, or for any port; where no port is written, the scheme's own is meant.
 *
 * A web page whose own name was made to point to this server's address (DNS rebinding) asks for that name: the browser then thinks that it
 * is of the same origin, and only the name gives it away.
 *
 * @throws TypeError for what is no such list.
 */
export function compileAllowedHosts(list: readonly string[]): AllowedHosts {
  if (!Array.isArray(list)) {
    throw new TypeError(`option allowedHosts is ${describe(list)}, expected an array of hosts`);
  }
  const byScheme = { http: compile('http', list), https: compile('https', list) };
  return {
    allows: (host, secure) => {
      const scheme = secure ? 'https' : 'http';
      return byScheme[scheme].allows(`${scheme}://${host}`, host);
    },
  };
}

function compile(scheme: string, list: readonly unknown[]): CompiledOrigins {
  return compileOrigins(
    list.map((host) => {
      const origin = typeof host === 'string' ? `${scheme}://${host}` : host;
      try {
        compileOrigins([origin as string]);
      } catch {
        throw new TypeError(
          `option allowedHosts has ${describe(host)}, expected hosts such as "example.com", "*.example.com" or "localhost:*"`,
        );
      }
      return origin as string;
    }),
  );
}
