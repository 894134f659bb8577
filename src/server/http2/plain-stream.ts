import type { ServerHttp2Stream } from 'node:http2';
import { quote } from '../../protocol/handshake/describe.js';
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
  const reply = found?.reply ?? refusalFor(method, request, options);
  refuseStream(stream, withOwnHeaders(reply, options.serverHeader, new Date()));
  if (found?.refused !== false) onRefused(reply);
}

/** A 426 would need Upgrade, which HTTP/2 does not have. RFC 9110 section 15.5.22, RFC 9113 section 8.6. */
function refusalFor(method: string, request: ConnectHead, options: PlainAnswers): Refusal {
  if (method !== 'CONNECT') {
    const text = `the method is ${quote(method)}, expected CONNECT with the :protocol "websocket"`;
    return refuse(405, text, [['Allow', 'CONNECT']]);
  }
  const judged = judgeConnect(request, rulesOf(options));
  return judged.ok ? refuse(400, 'the request is no extended CONNECT') : judged;
}
