import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, refuse } from '../protocol/handshake/refusal.js';
import { judge } from './acceptor.js';
import type { ResolvedServerOptions } from './options.js';
import { STATUS_PAGE, STATUS_PAGE_HEADERS } from './status-page.js';

/** Answers an HTTP request that does not ask for an upgrade: with the status page, or with what it lacks. */
export function answerPlainRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ResolvedServerOptions<unknown>,
  onRefused: (refusal: Refusal) => void,
): void {
  const { method } = request;
  if (
    options.statusPage &&
    (method === 'GET' || method === 'HEAD') &&
    request.headers.upgrade === undefined
  ) {
    response.writeHead(200, STATUS_PAGE_HEADERS).end(method === 'HEAD' ? undefined : STATUS_PAGE);
    return;
  }
  const judged = judge(request, options);
  // A request that would do if only Node had taken it for an upgrade is one without the Connection option.
  const refusal = judged.ok ? refuse(426, 'Connection does not have the option "Upgrade"') : judged;
  const body = Buffer.from(`${refusal.reason}\n`);
  for (const [name, value] of refusal.headers) response.setHeader(name, value);
  response.writeHead(refusal.status, {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
  });
  response.end(body);
  onRefused(refusal);
}
