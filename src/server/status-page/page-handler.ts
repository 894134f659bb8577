import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from '../server.js';
import { WebSocketServer } from '../web-socket-server.js';

/** Answers a request, as `http.createServer`, Express and others call it. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The status page of a server on an HTTP server of yours, which answers its requests itself. Serve it at the path at which the WebSockets are:
 * the page connects to where it comes from. From this call on the server gives such pages its figures.
 *
 * It answers GET and HEAD, other methods with 405. Who may see it is for you to say, before you call it.
 *
 * @throws TypeError for what is no server of this library.
 * @example
 * ```ts
 * import http from 'node:http';
 * import { attach, statusPage } from 'rxwire';
 *
 * const web = http.createServer((request, response) => {
 *   if (request.url === '/chat') page(request, response);
 *   else response.end('something else');
 * });
 * const chat = attach(web, { path: '/chat' });
 * const page = statusPage(chat);
 * web.listen(9000);
 * ```
 */
export function statusPage(server: Server<unknown>): PageHandler {
  if (!(server instanceof WebSocketServer)) {
    throw new TypeError('statusPage takes a server that attach, listen, serve or openServer gave');
  }
  const page = server.statusPage();
  return ({ method }, response) => {
    if (method === 'GET' || method === 'HEAD') page.answer(response);
    else response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0 }).end();
  };
}
