import type { ResolvedDialOptions } from '../dial-options.js';

/** How the same server is dialled for HTTP/1.1; undefined where that cannot be, or may not. */
export function withoutHttp2(dialing: ResolvedDialOptions): ResolvedDialOptions | undefined {
  if (dialing.http2 !== true || dialing.socket !== undefined) return undefined;
  return { ...dialing, http2: false, tls: { ...dialing.tls, protocols: undefined } };
}
