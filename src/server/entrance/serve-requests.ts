import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { Dispatcher } from './dispatcher.js';
import type { Served } from './entrance.js';
import { FaultySocket } from './faulty-socket.js';
import type { HalfOpen } from './half-open.js';

/** Counts the sockets whose request has not come. */
interface Waiting {
  /** This one's is here. */
  leave(socket: Duplex): void;
}

/**
 * Leads everything that comes to an HTTP server of ours to `served`: upgrades, other requests, and what is no request.
 *
 * @param halfOpen - Told of every socket whose request is here.
 */
export function serveRequests(
  server: Server,
  served: Served,
  waiting: Waiting,
  halfOpen: Pick<HalfOpen, 'delete'>,
): void {
  /** Those that were told that they are closed. RFC 9112 section 9.6: what comes behind that is not looked at. */
  const ended = new WeakSet<Duplex>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    halfOpen.delete(request.socket);
    if (ended.has(request.socket)) return;
    served.answer(request, response);
    if (!response.shouldKeepAlive) ended.add(request.socket);
  };
  server.on('request', answer);
  // Nobody is asked for a body, so nobody is told to go on.
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!ended.has(socket)) answerFault(error, socket, served);
  });
  // Node cuts those without a word that nobody listens for.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    waiting.leave(socket);
    if (!ended.has(socket)) served.refuse(new FaultySocket(socket), NO_TUNNEL);
  });
  Dispatcher.of(server).add({
    path: served.path,
    unmatched: 404,
    enter: (arrival, params) => {
      waiting.leave(arrival.socket);
      halfOpen.delete(arrival.socket);
      served.enter(arrival, params);
    },
    refuse: (arrival, refusal) => {
      waiting.leave(arrival.socket);
      halfOpen.delete(arrival.socket);
      served.refuse(arrival, refusal);
    },
  });
}

const NO_TUNNEL: Refusal = refuse(405, 'the method is "CONNECT", expected GET', [['Allow', 'GET']]);

/** Answers octets that are no request, or were not one in time. What failed below HTTP is cut. */
export function answerFault(error: NodeJS.ErrnoException, socket: Duplex, served: Served): void {
  const refusal = refusalFor(error);
  if (refusal === undefined) socket.destroy();
  else if (!socket.writableEnded && !socket.destroyed) served.refuse(new FaultySocket(socket), refusal);
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
