import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { judgeRequest } from '../../protocol/handshake/request.js';
import { headOf, rulesOf } from '../gate/acceptor.js';
import { type PlainAnswers, plainReply } from './plain-reply.js';

/** Answers an HTTP request that does not ask for an upgrade: with what there is to see, or with what it lacks. */
export function answerPlainRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: PlainAnswers,
  onRefused: (refusal: Refusal) => void,
): void {
  const { method } = request;
  if (options.serverHeader !== undefined) response.setHeader('Server', options.serverHeader);
  const looks = (method === 'GET' || method === 'HEAD') && request.headers.upgrade === undefined;
  const found = plainReply(request.url ?? '/', looks, options);
  const reply = found?.reply ?? refusalFor(request, options);
  answer(response, reply, found?.closes ?? true);
  if (found?.refused !== false) onRefused(reply);
}

function refusalFor(request: IncomingMessage, options: PlainAnswers): Refusal {
  const judged = judgeRequest(headOf(request), rulesOf(options));
  // A request that would do if only Node had taken it for an upgrade is one without the Connection option.
  return judged.ok ? refuse(426, 'Connection does not have the option "Upgrade"') : judged;
}

/** Writes the whole reply; Node leaves the body out where the request was for its head. */
function answer(
  response: ServerResponse,
  { status, reason, headers, body = `${reason}\n` }: Refusal,
  closes: boolean,
): void {
  const octets = Buffer.from(body as string);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  for (const [name, value] of headers) response.setHeader(name, value);
  response.setHeader('Content-Length', octets.length);
  if (closes) {
    // Node reads it from the field below, too, and tells nobody.
    response.shouldKeepAlive = false;
    // RFC 9110 section 7.8: who sends Upgrade names it in Connection too.
    response.setHeader('Connection', response.hasHeader('upgrade') ? 'close, Upgrade' : 'close');
  }
  response.writeHead(status).end(octets);
}
