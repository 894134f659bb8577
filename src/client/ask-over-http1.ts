import http from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HeaderFields, type HeaderList } from '../protocol/handshake/header-fields.js';
import type { Offered } from '../protocol/handshake/judge-choice.js';
import { judgeResponse } from '../protocol/handshake/response.js';
import { SocketTransport } from '../transport/socket-transport.js';
import { type Accepted, checkHeaderCount } from './accepted.js';
import type { OneStream } from './one-stream.js';
import type { Refusal } from './response-body.js';
import type { Target } from './target.js';

/** Octets of a response head. */
const MAX_HEAD_BYTES = 16 * 1024;

/** What is asked for, and how. */
export interface Question {
  readonly target: Target;
  readonly key: string;
  /** What `requestHeaders` gives. */
  readonly headers: HeaderList;
  readonly offered: Offered;
  /** Set where there is one stream, and it may be asked on again. */
  readonly line: OneStream | undefined;
  /** Whether the process may exit while the connection is open. */
  readonly unref: boolean;
}

/** Told what came of the question; of nothing when it is aborted. A refusal may still be followed by an error. */
export interface QuestionObserver {
  onAccepted(accepted: Accepted): void;
  onRefused(refusal: Refusal): void;
  onError(error: Error): void;
}

/** A client's opening handshake over HTTP/1.1, on a stream that may be on its way still. RFC 6455 section 4.1. */
export function askOverHttp1(stream: Duplex, question: Question, observer: QuestionObserver): Asking {
  const asking = new Asking(question, observer);
  asking.begin(stream);
  return asking;
}

/** One request for a WebSocket over HTTP/1.1, and its answer. */
export class Asking {
  readonly #question: Question;
  readonly #observer: QuestionObserver;
  #request: http.ClientRequest | undefined;
  #ended = false;

  constructor(question: Question, observer: QuestionObserver) {
    this.#question = question;
    this.#observer = observer;
  }

  /** Asks over a stream, and takes care of its errors until Node does. */
  begin(stream: Duplex): void {
    const { target, headers, line } = this.#question;
    const lost = (error?: Error): void => {
      this.#fail(error ?? new Error('the stream was closed'));
    };
    if (stream.destroyed) {
      lost();
      return;
    }
    stream.on('error', lost).on('close', lost);
    const request = http.request({
      method: 'GET',
      path: target.target,
      headers: headers.flat(),
      setHost: false,
      maxHeaderSize: MAX_HEAD_BYTES,
      ...(line === undefined ? { createConnection: () => stream } : { agent: line.take(stream) }),
    });
    request.once('socket', () => {
      stream.off('error', lost).off('close', lost);
      // One that was given may have been paused, and Node does not undo that.
      if (stream.isPaused()) stream.resume();
    });
    this.#request = request;
    request.on('upgrade', (response, socket, head) => {
      this.#upgraded(response, socket, head);
    });
    request.on('response', (response) => {
      this.#refused(response);
    });
    request.on('error', (error) => {
      this.#fail(error);
    });
    request.end();
  }

  /** Ends it: nothing is called after that, and nothing is left. */
  abort(): void {
    this.#ended = true;
    this.#request?.destroy();
  }

  #upgraded(response: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#ended) {
      socket.destroy();
      return;
    }
    try {
      this.#observer.onAccepted(this.#accepted(response, socket, head));
    } catch (error) {
      socket.on('error', () => undefined);
      socket.destroy();
      this.#fail(error as Error);
    }
  }

  #accepted(response: http.IncomingMessage, socket: Duplex, head: Buffer): Accepted {
    const { key, headers: sent, offered, unref } = this.#question;
    const headers = new HeaderFields(response.rawHeaders);
    const status = response.statusCode ?? 0;
    checkHeaderCount(status, headers);
    const agreed = judgeResponse({ status, httpVersion: response.httpVersion, headers }, { key, ...offered });
    if (unref && socket instanceof Socket) socket.unref();
    return {
      transport: new SocketTransport(socket, head),
      request: { method: 'GET', headers: HeaderFields.from(sent) },
      response: { status, headers },
      agreed,
    };
  }

  #refused(response: http.IncomingMessage): void {
    if (this.#ended) {
      response.destroy();
      return;
    }
    const headers = new HeaderFields(response.rawHeaders);
    this.#observer.onRefused({ status: response.statusCode ?? 0, headers, body: response });
  }

  #fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#observer.onError(error);
  }
}
