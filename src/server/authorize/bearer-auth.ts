import type { ObservableInput } from 'rxjs';
import {
  challenge,
  isBearerToken,
  isSameSecret,
  parseAuthorization,
} from '../../protocol/handshake/credentials.js';
import { anything, checkOptions, type Checks, ofType } from '../../protocol/option-checks.js';
import {
  accept,
  type Authorize,
  type Decision,
  isDecision,
  reject,
  type Rejection,
} from '../gate/decision.js';
import type { UpgradeRequest } from '../gate/upgrade-request.js';
import { decidedBy } from './after-decision.js';

/** Whether a token is good, or a decision of one's own, which may have a context. */
export type TokenVerdict<Context> = boolean | Decision<Context>;

/** Which tokens are good: exactly one of `tokens` and `check`. */
export interface BearerAuthOptions<Context = undefined> {
  /** What the tokens are for; printable ASCII. */
  readonly realm: string;
  /** Those that are good. They are compared in a time that tells nothing about them. */
  readonly tokens?: readonly string[];
  /** Decides whether one is. What it throws is answered with 500. */
  readonly check?: (
    token: string,
    request: UpgradeRequest,
  ) => TokenVerdict<Context> | ObservableInput<TokenVerdict<Context>>;
}

const CHECKS: Checks = Object.freeze({
  realm: ofType('string'),
  tokens: anything,
  check: ofType('function'),
});

/**
 * Asks for a token in the Authorization header, RFC 6750: 401 without one, or with one that is not good, 400 for one that is malformed. The
 * context is what `check` gives.
 *
 * Browsers cannot send the header with a WebSocket, other clients can.
 *
 * @throws TypeError for wrong options.
 */
export function bearerAuth<Context = undefined>(options: BearerAuthOptions<Context>): Authorize<Context> {
  checkOptions(options, CHECKS);
  const { realm, tokens, check } = options;
  if (typeof realm !== 'string') throw new TypeError('option realm is missing');
  if ((tokens === undefined) === (check === undefined)) {
    throw new TypeError('expected exactly one of the options tokens and check');
  }
  const isGood = check ?? comparing(tokens);
  const refuse = (status: number, body: string, error = ''): Rejection =>
    reject(status, { headers: { 'WWW-Authenticate': challenge('Bearer', realm, error) }, body: `${body}\n` });
  refuse(401, '');
  return (request) => {
    const values = request.headers.all('authorization');
    if (values.length === 0) return refuse(401, 'Missing credentials');
    const { scheme, rest = '' } = (values.length === 1 && parseAuthorization(values[0]!)) || {};
    if (scheme !== 'bearer') return refuse(401, 'Unsupported credentials');
    if (!isBearerToken(rest)) return refuse(400, 'Malformed credentials', ', error="invalid_request"');
    return decidedBy(isGood(rest, request), isVerdict, (verdict): Decision<Context> => {
      if (!isVerdict<Context>(verdict)) {
        throw new TypeError(`check gave a ${typeof verdict}, expected a boolean or a decision`);
      }
      if (typeof verdict === 'object') return verdict;
      return verdict ? accept() : refuse(401, 'Invalid credentials', ', error="invalid_token"');
    });
  };
}

function isVerdict<Context>(value: unknown): value is TokenVerdict<Context> {
  return typeof value === 'boolean' || isDecision(value);
}

function comparing(tokens: unknown): (token: string) => boolean {
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string' && isBearerToken(token))) {
    throw new TypeError('option tokens is not a list of tokens');
  }
  const list = tokens as readonly string[];
  return (token) => {
    let good = false;
    for (const known of list) good = isSameSecret(known, token) || good;
    return good;
  };
}
