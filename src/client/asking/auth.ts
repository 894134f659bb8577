import { type Checks, checkOptions, ofType, oneOf } from '../../protocol/option-checks.js';
import type { AuthChallenge } from '../../protocol/handshake/challenges.js';
import { type BasicCredentials, checkBasic } from '../../protocol/handshake/credentials.js';
import type { Given } from '../given.js';

/** Who asks, and how the server may be told. */
export interface AuthOptions {
  readonly username: string;
  readonly password: string;
  /**
   * `'basic'` sends both with the first request, readable to whoever reads the connection. `'digest'` answers a challenge, without the
   * password in it. `'auto'`, the default, answers a challenge of either, the strongest that there is.
   */
  readonly scheme?: 'basic' | 'digest' | 'auto';
}

/** What a server that answers with 401 wants to know. */
export interface Challenge {
  /** What was asked for, without credentials. */
  readonly url: URL;
  /** The ways to say it, in the server's order; several headers are one list. */
  readonly challenges: readonly AuthChallenge[];
}

/** Gives the value of the Authorization header that answers a challenge; undefined to give up. The first value is taken. */
export type Authenticate = (challenge: Challenge) => Given<string | undefined>;

/** The credentials of a client. */
export interface Credentials extends BasicCredentials {
  readonly scheme: 'basic' | 'digest' | 'auto';
}

const CHECKS: Checks = Object.freeze({
  username: ofType('string'),
  password: ofType('string'),
  scheme: oneOf('basic', 'digest', 'auto'),
});

/** @throws TypeError or RangeError that names the option, and shows nothing of the credentials. */
export function resolveAuth(
  auth: AuthOptions | Authenticate | undefined,
): Credentials | Authenticate | undefined {
  if (auth === undefined || typeof auth === 'function') return auth;
  // Their values stand in no error, be they of the wrong type.
  for (const name of ['username', 'password'] as const) {
    if (typeof auth[name] !== 'string') {
      throw new TypeError(`option auth.${name} is of type ${typeof auth[name]}, expected a string`);
    }
  }
  checkOptions(auth, CHECKS, 'auth.');
  const { username, password, scheme = 'auto' } = auth;
  const credentials = { username, password, scheme };
  if (scheme !== 'digest') checkBasic(credentials, 'option auth');
  return credentials;
}
