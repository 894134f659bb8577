import fc from 'fast-check';
import { of } from 'rxjs';
import type { ClientOptions } from '../../../src/index.js';

/** What a client is told that nobody else may get to know. */
export interface Given {
  readonly name: string;
  /** What stands in the URL in front of the host, and behind the path. */
  readonly user?: string;
  readonly query?: string;
  readonly options?: ClientOptions;
}

/** Says a secret in one way; the server or the proxy is told, and nobody else. */
type Saying = (secret: string) => Given;

/** Ways to say who asks, of which one is used. */
const WHO: readonly Saying[] = [
  () => ({ name: 'nothing of who asks' }),
  (secret) => ({ name: 'credentials of the URL', user: `me:${secret}@` }),
  (password) => ({ name: 'auth', options: { auth: { username: 'me', password } } }),
  (password) => ({ name: 'auth by Basic', options: { auth: { username: 'me', password, scheme: 'basic' } } }),
  (secret) => ({ name: 'a function as auth', options: { auth: () => of(`Bearer ${secret}`) } }),
  (secret) => ({ name: 'a header', options: { headers: { Authorization: `Bearer ${secret}` } } }),
  (secret) => ({ name: 'a function of headers', options: { headers: () => [{ 'X-Api-Key': secret }] } }),
];

const COOKIES: readonly Saying[] = [
  () => ({ name: 'no cookies' }),
  (secret) => ({ name: 'a text of cookies', options: { cookies: `a=${secret}` } }),
  (secret) => ({ name: 'cookies', options: { cookies: { a: secret } } }),
  (secret) => ({
    name: 'a jar of cookies',
    options: { cookieJar: { get: () => `a=${secret}`, set: () => undefined } },
  }),
];

const QUERY: readonly Saying[] = [
  () => ({ name: 'no query' }),
  (secret) => ({ name: 'a query', query: `?token=${secret}` }),
];

const TLS: readonly Saying[] = [
  () => ({ name: 'no TLS of its own' }),
  (passphrase) => ({ name: 'a passphrase', options: { tls: { passphrase } } }),
];

/** A secret that is like no other text. */
export const secretsOfAny = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/).map((letters) => `S3${letters}`);

/** One way of each kind, each with a secret of its own. */
export const givenOfAny: fc.Arbitrary<{
  readonly given: readonly Given[];
  readonly secrets: readonly string[];
}> = fc
  .tuple(
    fc.array(secretsOfAny, { minLength: 4, maxLength: 4 }),
    ...[WHO, COOKIES, QUERY, TLS].map((ways) => fc.constantFrom(...ways)),
  )
  .map(([secrets, ...ways]) => ({
    secrets,
    given: ways.map((saying, at) => saying(secrets[at]!)),
  }));
