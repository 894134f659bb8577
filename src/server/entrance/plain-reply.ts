import { pathOf, PathTable } from '../../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { plainAnswerOf } from '../authorize/plain-answers.js';
import { refusalOf } from '../gate/decision.js';
import type { ResolvedUpgradeOptions } from '../options.js';
import type { StatusPage } from '../status-page/status-page.js';

/** What requests that do not ask for a WebSocket are answered with. */
export interface PlainAnswers extends ResolvedUpgradeOptions<unknown> {
  readonly path: string | undefined;
  readonly page: StatusPage | undefined;
}

/** A reply to a request that only looks. */
export interface PlainReply {
  readonly reply: Refusal;
  /** Whether it refuses what was asked for. */
  readonly refused: boolean;
  /** Whether a socket of HTTP/1.1 is closed behind it. */
  readonly closes: boolean;
}

/**
 * The reply to a request that asks for no WebSocket, whatever HTTP it came over; undefined where it is told what it lacks.
 *
 * @param looks - Whether it is a GET or a HEAD. For others there is nothing to see, and nothing at all at a path that is not served.
 */
export function plainReply(target: string, looks: boolean, options: PlainAnswers): PlainReply | undefined {
  const path = pathOf(target);
  const said = looks ? plainAnswerOf(options.authorize)?.(path) : undefined;
  if (said !== undefined) return { reply: refusalOf(said), refused: false, closes: true };
  if (options.path !== undefined && !fits(path, options.path)) return NOT_FOUND;
  return !looks || options.page === undefined
    ? undefined
    : { reply: options.page.reply, refused: false, closes: false };
}

const NOT_FOUND: PlainReply = {
  reply: refuse(404, 'nothing is served at this path'),
  refused: true,
  closes: true,
};

function fits(path: string, pattern: string): boolean {
  return new PathTable([[pattern, true]]).find(path) !== undefined;
}
