import { PathTable } from '../../protocol/handshake/path-table.js';
import { accept, type Authorize, reject } from '../gate/decision.js';
import { withPlainAnswer } from './plain-answers.js';

/**
 * Answers whoever asks for `path` with 200 and `OK`, for what looks whether a server is alive; accepts everything else. On a port of its
 * own it answers plain requests, too; where the server is attached, those are its owner's.
 *
 * @throws TypeError for a path that is malformed.
 */
export function healthCheck(path: string): Authorize {
  const table = new PathTable([[path, true]]);
  const answer = reject(200, { headers: { 'Cache-Control': 'no-store' }, body: 'OK\n' });
  const authorize: Authorize = (request) => (table.find(request.path) === undefined ? accept() : answer);
  return withPlainAnswer(authorize, (asked) => (table.find(asked) === undefined ? undefined : answer));
}
