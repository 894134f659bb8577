import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, refuse } from '../protocol/handshake/refusal.js';
import { Dispatcher } from './dispatcher.js';
import type { Served } from './entrance.js';
import type { Unanswered } from './unanswered.js';

/** Counts the sockets whose request has not come. */
interface Waiting {
  /** This one's is here. */
  leave(socket: Duplex): void;
}

/**
 * Leads everything that comes to an HTTP server of ours to `served`: upgrades, other requests, and what is no request.
 *
 * @param unanswered - Told of every socket whose request is here.
 */
export function serveRequests(
  server: Server,
  served: Served,
  waiting: Waiting,
  unanswered: Pick<Unanswered, 'delete'>,
): void {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    unanswered.delete(request.socket);
    served.answer(request, response);
  };
  server.on('request', answer);
  // Nobody is asked for a body, so nobody is told to go on.
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    answerFault(error, socket, served);
  });
  Dispatcher.of(server).add({
    path: served.path,
    unmatched: 404,
    enter: (request, socket, head, params) => {
      waiting.leave(socket);
      unanswered.delete(socket);
      served.enter(request, socket, head, params);
    },
    refuse: (socket, refusal) => {
      waiting.leave(socket);
      unanswered.delete(socket);
      served.refuse(socket, refusal);
    },
  });
}

/** Answers octets that are no request, or were not one in time. What failed below HTTP is cut. */
export function answerFault(error: NodeJS.ErrnoException, socket: Duplex, served: Served): void {
  const refusal = refusalFor(error);
  if (refusal === undefined) socket.destroy();
  else if (!socket.writableEnded && !socket.destroyed) served.refuse(socket, refusal);
}

/** By the codes of Node's parser and timers. */
function refusalFor({ code = '', ...error }: NodeJS.ErrnoException): Refusal | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return refuse(431, 'the head of the request is too long');
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return refuse(413, 'the request has a body, expected none');
  if (code === TIMED_OUT) return refuse(408, 'the request was not complete in time');
  if (!code.startsWith('HPE_')) return undefined;
  const { reason } = error as { reason?: string };
  return refuse(400, `the request is malformed${reason === undefined ? '' : `: ${reason}`}`);
}

/** Node's code for a request that takes too long. */
export const TIMED_OUT = 'ERR_HTTP_REQUEST_TIMEOUT';
