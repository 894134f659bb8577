import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf } from '../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../protocol/handshake/refusal.js';
import { judge } from './acceptor.js';
import { plainAnswerOf } from './authorize/plain-answers.js';
import { refusalOf } from './decision.js';
import type { ResolvedUpgradeOptions } from './options.js';
import { STATUS_PAGE, STATUS_PAGE_HEADERS } from './status-page.js';

/** Answers an HTTP request that does not ask for an upgrade: with the status page, or with what it lacks. */
export function answerPlainRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ResolvedUpgradeOptions<unknown> & { readonly statusPage: boolean },
  onRefused: (refusal: Refusal) => void,
): void {
  const { method } = request;
  if (options.serverHeader !== undefined) response.setHeader('Server', options.serverHeader);
  const looks = (method === 'GET' || method === 'HEAD') && request.headers.upgrade === undefined;
  const said = looks ? plainAnswerOf(options.authorize)?.(pathOf(request.url ?? '/')) : undefined;
  if (said !== undefined) {
    answer(response, refusalOf(said));
    return;
  }
  if (looks && options.statusPage) {
    response.writeHead(200, STATUS_PAGE_HEADERS).end(method === 'HEAD' ? undefined : STATUS_PAGE);
    return;
  }
  const judged = judge(request, options);
  // A request that would do if only Node had taken it for an upgrade is one without the Connection option.
  const refusal = judged.ok ? refuse(426, 'Connection does not have the option "Upgrade"') : judged;
  answer(response, refusal);
  onRefused(refusal);
}

/** Writes the whole reply; Node leaves the body out where the request was for its head. */
function answer(response: ServerResponse, { status, reason, headers, body = `${reason}\n` }: Refusal): void {
  const octets = Buffer.from(body as string);
  for (const [name, value] of headers) response.setHeader(name, value);
  response.writeHead(status, {
    // RFC 9110 section 7.8: who sends Upgrade names it in Connection too.
    Connection: response.hasHeader('upgrade') ? 'close, Upgrade' : 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': octets.length,
  });
  response.end(octets);
}
