import { formatCookies } from '../../protocol/handshake/cookies.js';
import { checkHeaderValue } from '../../protocol/handshake/header-fields.js';
import {
  headerList,
  type HeaderOptions,
  RESERVED_IN_REQUEST,
} from '../../protocol/handshake/header-options.js';
import { type Check, type Checks, ofType, secret } from '../../protocol/option-checks.js';
import { type Authenticate, type AuthOptions, type Credentials, resolveAuth } from './auth.js';
import { type CookieJar, cookieJarCheck } from './cookie-jar.js';
import { headersByName, type HeadersInput } from './given-headers.js';
import { checkBeside, type HeaderFunction } from './header-source.js';

/** What a client says beside what the opening handshake wants, and who it says that it is. */
export interface AskingOptions {
  /**
   * Further header fields of the request, by name or as pairs, such as a `Headers`; or a function of the URL that gives them, asked before every request: of each attempt, and after
   * redirects and challenges. Those of the handshake itself are refused. Default none.
   */
  readonly headers?: HeadersInput | HeaderFunction;
  /** The Origin header: a text, or `'same'` for the URL's own origin, as of a page of that server. Default none (false): that is for browsers. */
  readonly origin?: string | false;
  /** The User-Agent header, where `headers` has none. Default none (false). */
  readonly userAgent?: string | false;
  /** Cookies for the server of the URL: by name, or the text of the header. They come behind those of `cookieJar`. Default none. */
  readonly cookies?: string | Readonly<Record<string, string>>;
  /** Where cookies are kept, and come from. Default none. */
  readonly cookieJar?: CookieJar;
  /**
   * Who asks: a name and a password, or a function that answers the challenge of a server that says 401. Asked again is once, on a connection
   * of its own, or on the stream that was given. Default none. Credentials may also stand in the URL: they are sent at once, as Basic.
   */
  readonly auth?: AuthOptions | Authenticate;
}

/** What a client asks, and how it goes on when it is not let in. */
export interface Asking {
  /** Those of every request, or what gives them. */
  readonly headers: HeaderOptions | HeaderFunction;
  readonly userAgent: string | undefined;
  /** The text of the header. */
  readonly cookies: string | undefined;
  readonly cookieJar: CookieJar | undefined;
  readonly auth: Credentials | Authenticate | undefined;
}

const textOrFalse: Check = {
  expected: 'a text that is not empty, or false',
  accepts: (value) => value === false || (typeof value === 'string' && value !== ''),
  inRangeOfType: (value) => typeof value === 'string',
};

/** @see AskingOptions */
export const ASKING_CHECKS: Checks = Object.freeze({
  headers: secret(ofType('object', 'function')),
  origin: textOrFalse,
  userAgent: textOrFalse,
  cookies: secret(ofType('string', 'object')),
  cookieJar: secret(cookieJarCheck),
  auth: secret(ofType('object', 'function')),
});

/** @throws TypeError or RangeError for what is wrong within an option, and for options that exclude each other. */
export function resolveAsking(options: AskingOptions): Asking {
  const { headers, userAgent, cookies, cookieJar } = options;
  if (typeof userAgent === 'string') checkHeaderValue('User-Agent', userAgent);
  return {
    headers: typeof headers === 'function' ? headers : checkHeaders(headers ?? {}, options),
    userAgent: typeof userAgent === 'string' ? userAgent : undefined,
    cookies: cookies === undefined ? undefined : formatCookies(cookies),
    cookieJar,
    auth: resolveAuth(options.auth),
  };
}

/**
 * The header fields that a user gives, by name.
 *
 * @throws TypeError for fields that may not be in a request, or that an option writes.
 */
export function checkHeaders(
  headers: HeadersInput,
  options: Parameters<typeof checkBeside>[1],
): HeaderOptions {
  const given: unknown = headers;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(
      `header fields are of type ${given === null ? 'null' : typeof given}, expected an object`,
    );
  }
  const byName = headersByName(headers);
  headerList(byName, RESERVED_IN_REQUEST);
  checkBeside(byName, options);
  return byName;
}
