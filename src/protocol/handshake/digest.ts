import { createHash } from 'node:crypto';
import { type AuthChallenge, quotedString } from './challenges.js';
import type { BasicCredentials } from './credentials.js';

/** A challenge of the scheme Digest that can be answered. RFC 7616 section 3.3. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server names it; undefined where it names none, and means MD5. */
  readonly algorithm: string | undefined;
  /** Undefined where the server knows none, as before RFC 2617. */
  readonly qop: 'auth' | undefined;
  /** Whether only the nonce of the answer before was wrong, and not its password. */
  readonly stale: boolean;
}

/** The request that an answer is for. */
export interface DigestRequest extends BasicCredentials {
  readonly method: string;
  /** The request target, as it is written. */
  readonly target: string;
  /** How often the nonce has been used, this time included. */
  readonly count: number;
  /** A nonce of the client's, in printable ASCII without `"` and `\`. */
  readonly cnonce: string;
}

interface Algorithm {
  readonly hash: string;
  readonly strength: number;
}

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['md5', { hash: 'md5', strength: 1 }],
  ['sha-256', { hash: 'sha256', strength: 2 }],
  ['sha-512-256', { hash: 'sha512-256', strength: 3 }],
]);
const SESSION = '-sess';

/** What of a challenge can be answered; undefined for other schemes, algorithms and kinds of protection. */
export function digestChallenge({ scheme, parameters }: AuthChallenge): DigestChallenge | undefined {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (scheme !== 'digest' || realm === undefined || nonce === undefined) return undefined;
  const algorithm = parameters.get('algorithm');
  if (algorithmOf(algorithm) === undefined) return undefined;
  const qop = parameters.get('qop');
  const offered = qop?.split(',').map((each) => each.trim().toLowerCase());
  if (offered?.includes('auth') === false) return undefined;
  return {
    realm,
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    qop: qop === undefined ? undefined : 'auth',
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/** The larger, the harder it is to get from an answer to the password. */
export function digestStrength(challenge: DigestChallenge): number {
  return algorithmOf(challenge.algorithm)?.strength ?? 0;
}

/** The value of an Authorization header that answers a challenge. RFC 7616 section 3.4. The password is in it only as a digest. */
export function answerDigest(challenge: DigestChallenge, request: DigestRequest): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge;
  const count = request.count.toString(16).padStart(8, '0');
  const fields = [
    usernameField(request.username),
    `realm=${quotedString(realm)}`,
    `nonce=${quotedString(nonce)}`,
    `uri=${quotedString(request.target)}`,
    `response="${response(challenge, request, count)}"`,
  ];
  if (algorithm !== undefined) fields.push(`algorithm=${algorithm}`);
  if (opaque !== undefined) fields.push(`opaque=${quotedString(opaque)}`);
  if (qop !== undefined) fields.push(`qop=${qop}`, `nc=${count}`);
  if (qop !== undefined || isSession(algorithm)) fields.push(`cnonce="${request.cnonce}"`);
  return `Digest ${fields.join(', ')}`;
}

/** RFC 7616 section 3.4.1. */
function response(
  { realm, nonce, algorithm, qop }: DigestChallenge,
  { username, password, method, target, cnonce }: DigestRequest,
  count: string,
): string {
  const { hash } = algorithmOf(algorithm) ?? { hash: 'md5' };
  const digest = (...parts: string[]): string => createHash(hash).update(parts.join(':')).digest('hex');
  const user = digest(username, realm, password);
  const secret = isSession(algorithm) ? digest(user, nonce, cnonce) : user;
  const asked = digest(method, target);
  return qop === undefined ? digest(secret, nonce, asked) : digest(secret, nonce, count, cnonce, qop, asked);
}

function algorithmOf(name = 'MD5'): Algorithm | undefined {
  const lower = name.toLowerCase();
  return ALGORITHMS.get(lower.endsWith(SESSION) ? lower.slice(0, -SESSION.length) : lower);
}

function isSession(name: string | undefined): boolean {
  return name?.toLowerCase().endsWith(SESSION) === true;
}

/** A header has no place for other characters but in the form of RFC 8187. */
function usernameField(username: string): string {
  return /^[\x20-\x7e]*$/.test(username)
    ? `username=${quotedString(username)}`
    : `username*=UTF-8''${encodeURIComponent(username).replace(/['()*]/g, percent)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
