import type { Http2SecureServer, Http2Server } from 'node:http2';

/** Node's servers of HTTP/2, which have no class that is exported. */
export type AnyHttp2Server = Http2Server | Http2SecureServer;

/** Whether a server is one of `node:http2`. */
export function isHttp2Server(server: object): server is AnyHttp2Server {
  return 'updateSettings' in server;
}
