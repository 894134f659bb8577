import type { ServerHttp2Stream } from 'node:http2';
import { type ConnectHead, judgeConnect } from '../../protocol/handshake/extended-connect.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { type PlainAnswers, plainReply } from '../entrance/plain-reply.js';
import { rulesOf } from '../gate/acceptor.js';
import { withOwnHeaders } from '../gate/own-headers.js';
import { refuseStream } from './refuse-stream.js';

/** Answers a request over HTTP/2 that does not ask for a WebSocket, as `answerPlainRequest` does over HTTP/1.1. */
export function answerPlainStream(
  stream: ServerHttp2Stream,
  method: string,
  request: ConnectHead,
  options: PlainAnswers,
  onRefused: (refusal: Refusal) => void,
): void {
  const looks = method === 'GET' || method === 'HEAD';
  const found = plainReply(request.target ?? '/', looks, options);
  const reply = found?.reply ?? refusalFor(request, options);
  refuseStream(stream, withOwnHeaders(reply, options.serverHeader, new Date()));
  if (found?.refused !== false) onRefused(reply);
}

function refusalFor(request: ConnectHead, options: PlainAnswers): Refusal {
  const judged = judgeConnect(request, rulesOf(options));
  return judged.ok ? refuse(400, 'the request is no extended CONNECT') : judged;
}
