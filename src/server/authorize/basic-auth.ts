import type { ObservableInput } from 'rxjs';
import {
  challenge,
  isSameSecret,
  parseAuthorization,
  parseBasic,
} from '../../protocol/handshake/credentials.js';
import { anything, checkOptions, type Checks, ofType } from '../../protocol/option-checks.js';
import { accept, type Authorize, reject, type Rejection } from '../gate/decision.js';
import type { UpgradeRequest } from '../gate/upgrade-request.js';
import { decidedBy } from './after-decision.js';

/** A user name and a password. */
export type NameAndPassword = readonly [username: string, password: string];

/** Who may connect: exactly one of `credentials` and `check`. */
export interface BasicAuthOptions {
  /** What a browser shows beside the question; printable ASCII. */
  readonly realm: string;
  /** A pair, or a list of pairs. They are compared in a time that tells nothing about them. */
  readonly credentials?: NameAndPassword | readonly NameAndPassword[];
  /** Decides whether they are right. What it throws is answered with 500. */
  readonly check?: (
    username: string,
    password: string,
    request: UpgradeRequest,
  ) => boolean | ObservableInput<boolean>;
}

const CHECKS: Checks = Object.freeze({
  realm: ofType('string'),
  credentials: anything,
  check: ofType('function'),
});

/**
 * Asks for a user name and a password, RFC 7617: 401 without them, or with wrong ones. The context is `{ username }`.
 *
 * Browsers cannot send them with a WebSocket, other clients can. They are to be read by whoever reads the request: use it with TLS.
 *
 * @throws TypeError for wrong options.
 */
export function basicAuth(options: BasicAuthOptions): Authorize<{ readonly username: string }> {
  checkOptions(options, CHECKS);
  const { realm, credentials, check } = options;
  if (typeof realm !== 'string') throw new TypeError('option realm is missing');
  if ((credentials === undefined) === (check === undefined)) {
    throw new TypeError('expected exactly one of the options credentials and check');
  }
  const isRight = check ?? comparing(listOf(credentials));
  const header = challenge('Basic', realm, ', charset="UTF-8"');
  const refuse = (what: string): Rejection =>
    reject(401, { headers: { 'WWW-Authenticate': header }, body: `${what} credentials\n` });
  return (request) => {
    const values = request.headers.all('authorization');
    if (values.length === 0) return refuse('Missing');
    const { scheme, rest = '' } = (values.length === 1 && parseAuthorization(values[0]!)) || {};
    const given = scheme === 'basic' ? parseBasic(rest) : undefined;
    if (given === undefined) return refuse('Unsupported');
    const { username, password } = given;
    return decidedBy(isRight(username, password, request), isBoolean, (right) => {
      if (!isBoolean(right)) throw new TypeError(`check gave a ${typeof right}, expected a boolean`);
      return right ? accept({ context: { username } }) : refuse('Invalid');
    });
  };
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function listOf(credentials: unknown): readonly NameAndPassword[] {
  const list: readonly unknown[] = isPair(credentials)
    ? [credentials]
    : Array.isArray(credentials)
      ? credentials
      : [];
  if (list.length > 0 && list.every(isPair)) return list;
  throw new TypeError('option credentials is not [username, password] or a list of that');
}

function isPair(value: unknown): value is NameAndPassword {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

/** All are compared whatever comes of the first: the time does not tell who is among them. */
function comparing(list: readonly NameAndPassword[]): (username: string, password: string) => boolean {
  return (username, password) => {
    let right = false;
    for (const [name, secret] of list) {
      const sameName = isSameSecret(name, username);
      const sameSecret = isSameSecret(secret, password);
      right = (sameName && sameSecret) || right;
    }
    return right;
  };
}
