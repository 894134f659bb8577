import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf, PathTable } from '../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../protocol/handshake/refusal.js';
import { judge } from './acceptor.js';
import { plainAnswerOf } from './authorize/plain-answers.js';
import { refusalOf } from './decision.js';
import type { ResolvedUpgradeOptions } from './options.js';
import type { StatusPage } from './status-page/status-page.js';

/** What requests that ask for no upgrade are answered with. */
interface PlainAnswers extends ResolvedUpgradeOptions<unknown> {
  readonly path: string | undefined;
  readonly page: StatusPage | undefined;
}

/** Answers an HTTP request that does not ask for an upgrade: with the status page, or with what it lacks. */
export function answerPlainRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: PlainAnswers,
  onRefused: (refusal: Refusal) => void,
): void {
  const { method } = request;
  const looks = (method === 'GET' || method === 'HEAD') && request.headers.upgrade === undefined;
  const path = pathOf(request.url ?? '/');
  const said = looks ? plainAnswerOf(options.authorize)?.(path) : undefined;
  if (said !== undefined) {
    answer(response, refusalOf(said));
    return;
  }
  const isServed = options.path === undefined || fits(path, options.path);
  if (looks && isServed && options.page !== undefined) {
    options.page.answer(response);
    return;
  }
  const refusal = looks && !isServed ? NOT_FOUND : refusalFor(request, options);
  answer(response, refusal);
  onRefused(refusal);
}

const NOT_FOUND = refuse(404, 'nothing is served at this path');

function fits(path: string, pattern: string): boolean {
  return new PathTable([[pattern, true]]).find(path) !== undefined;
}

function refusalFor(request: IncomingMessage, options: PlainAnswers): Refusal {
  const judged = judge(request, options);
  // A request that would do if only Node had taken it for an upgrade is one without the Connection option.
  return judged.ok ? refuse(426, 'Connection does not have the option "Upgrade"') : judged;
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
