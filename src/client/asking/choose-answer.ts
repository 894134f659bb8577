import { randomBytes } from 'node:crypto';
import type { AuthChallenge } from '../../protocol/handshake/challenges.js';
import { basicAuthorization } from '../../protocol/handshake/credentials.js';
import {
  answerDigest,
  type DigestChallenge,
  digestChallenge,
  digestStrength,
} from '../../protocol/handshake/digest.js';
import type { Credentials } from './auth.js';

/** A value for the Authorization header. */
export interface Answer {
  readonly authorization: string;
  /** The nonce it is made with; undefined for Basic. */
  readonly nonce: string | undefined;
}

/**
 * The answer to the strongest of the challenges: Digest with the best algorithm, or Basic.
 *
 * @param before - The answer that was not accepted. A new one is made only where its nonce was too old, and the server gives another.
 * @returns undefined where there is none that the credentials' scheme allows.
 */
export function chooseAnswer(
  challenges: readonly AuthChallenge[],
  credentials: Credentials,
  asked: { readonly method: string; readonly target: string },
  before: Answer | undefined,
): Answer | undefined {
  const digest = credentials.scheme === 'basic' ? undefined : strongest(challenges);
  if (before !== undefined && (digest?.stale !== true || digest.nonce === before.nonce)) return undefined;
  if (digest !== undefined) {
    const cnonce = randomBytes(24).toString('base64');
    const request = { ...credentials, ...asked, count: 1, cnonce };
    return { authorization: answerDigest(digest, request), nonce: digest.nonce };
  }
  if (credentials.scheme === 'digest' || !challenges.some(({ scheme }) => scheme === 'basic')) {
    return undefined;
  }
  return { authorization: basicAuthorization(credentials), nonce: undefined };
}

function strongest(challenges: readonly AuthChallenge[]): DigestChallenge | undefined {
  let best: DigestChallenge | undefined;
  for (const challenge of challenges) {
    const digest = digestChallenge(challenge);
    if (digest === undefined || (best !== undefined && digestStrength(digest) <= digestStrength(best))) {
      continue;
    }
    best = digest;
  }
  return best;
}
