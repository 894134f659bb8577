import type { Duplex } from 'node:stream';
import { connectRequest, withoutKey } from '../../protocol/handshake/connect-request.js';
import { grantsConnect, judgeConnectAnswer } from '../../protocol/handshake/connect-response.js';
import { HeaderFields, type HeaderList } from '../../protocol/handshake/header-fields.js';
import type { Offered } from '../../protocol/handshake/judge-choice.js';
import { Http2Transport } from '../../transport/http2-transport.js';
import { type Accepted, checkHeaderCount } from '../accepted.js';
import type { Refusal } from '../response-body.js';
import type { Target } from '../target.js';
import { type Http2Answer, Http2Asking } from './asking.js';
import type { SessionGrace } from './session-end.js';

/** What is asked for, and how. */
export interface Http2Question {
  readonly target: Target;
  /** What `requestHeaders` gives. */
  readonly headers: HeaderList;
  readonly offered: Offered;
  readonly grace: SessionGrace;
  /** Whether the process may exit while the connection is open. */
  readonly unref: boolean;
}

/** Told what came of the question. One is called, once, unless it is aborted. */
export interface QuestionObserver {
  onAccepted(accepted: Accepted): void;
  onRefused(refusal: Refusal): void;
  /** The server wants HTTP/1.1 for WebSockets. */
  onUnwilling(reason: string): void;
  onError(error: Error): void;
}

/** A client's opening handshake over HTTP/2, on a socket that is connected. RFC 8441 section 5. */
export function askOverHttp2(
  socket: Duplex,
  question: Http2Question,
  observer: QuestionObserver,
): Http2Asking {
  const { headers, target, grace, unref } = question;
  const asking = new Http2Asking(socket, connectRequest(headers, target), grace, {
    onAnswer: (answer) => {
      if (!grantsConnect(answer.status)) {
        observer.onRefused({ ...answer, body: answer.stream });
        return;
      }
      try {
        observer.onAccepted(accepted(answer, question));
      } catch (error) {
        asking.abort();
        observer.onError(error as Error);
      }
    },
    onUnwilling: (reason) => {
      observer.onUnwilling(reason);
    },
    onError: (error) => {
      observer.onError(error);
    },
  });
  if (unref) asking.unref();
  return asking;
}

function accepted(answer: Http2Answer, { headers: sent, offered }: Http2Question): Accepted {
  const { stream, status, headers } = answer;
  checkHeaderCount(status, headers);
  const agreed = judgeConnectAnswer(answer, offered);
  return {
    transport: new Http2Transport(stream),
    request: { method: 'CONNECT', headers: HeaderFields.from(withoutKey(sent)) },
    response: { status, headers },
    agreed,
  };
}
