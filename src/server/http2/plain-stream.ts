import type { ServerHttp2Stream } from 'node:http2';
import { type ConnectHead, judgeConnect } from '../../protocol/handshake/extended-connect.js';
import type { HeaderList } from '../../protocol/handshake/header-fields.js';
import { pathOf } from '../../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { rulesOf } from '../acceptor.js';
import { plainAnswerOf } from '../authorize/plain-answers.js';
import { refusalOf } from '../decision.js';
import type { ResolvedUpgradeOptions } from '../options.js';
import { STATUS_PAGE, STATUS_PAGE_HEADERS } from '../status-page.js';
import { refuseStream } from './refuse-stream.js';

/** Answers a request over HTTP/2 that does not ask for a WebSocket, as `answerPlainRequest` does over HTTP/1.1. */
export function answerPlainStream(
  stream: ServerHttp2Stream,
  method: string,
  request: ConnectHead,
  options: ResolvedUpgradeOptions<unknown> & { readonly statusPage: boolean },
  onRefused: (refusal: Refusal) => void,
): void {
  const looks = method === 'GET' || method === 'HEAD';
  const said = looks ? plainAnswerOf(options.authorize)?.(pathOf(request.target ?? '/')) : undefined;
  if (said !== undefined) {
    refuseStream(stream, refusalOf(said));
    return;
  }
  if (looks && options.statusPage) {
    refuseStream(stream, STATUS_REPLY);
    return;
  }
  const judged = judgeConnect(request, rulesOf(options));
  const refusal = judged.ok ? refuse(400, 'the request is no extended CONNECT') : judged;
  refuseStream(stream, refusal);
  onRefused(refusal);
}

/** The page, as what a stream is answered with. Its length follows from its body. */
const STATUS_REPLY: Refusal = {
  ok: false,
  status: 200,
  reason: '',
  headers: Object.entries(STATUS_PAGE_HEADERS)
    .filter(([name]) => name !== 'Content-Length')
    .map(([name, value]) => [name, String(value)] as const) satisfies HeaderList,
  body: STATUS_PAGE,
};
