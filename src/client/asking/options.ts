import { hasHeader, type HeaderOptions } from '../../protocol/handshake/header-options.js';
import { type Checks, ofType } from '../../protocol/option-checks.js';
import { type Authenticate, type AuthOptions, type Credentials, resolveAuth } from './auth.js';

/** How a client tells who it is, beside the header fields of its own. */
export interface AskingOptions {
  /**
   * Who asks: a name and a password, or a function that answers the challenge of a server that says 401. Asked again is once, on a connection
   * of its own. Default none. Credentials may also stand in the URL: they are sent at once, as Basic.
   */
  readonly auth?: AuthOptions | Authenticate;
}

/** What a client asks, and how it goes on when it is not let in. */
export interface Asking {
  readonly auth: Credentials | Authenticate | undefined;
}

/** @see AskingOptions */
export const ASKING_CHECKS: Checks = Object.freeze({
  auth: ofType('object', 'function'),
});

/** @throws TypeError or RangeError for what is wrong within an option, and for options that exclude each other. */
export function resolveAsking(options: AskingOptions, headers: HeaderOptions): Asking {
  if (options.auth !== undefined && hasHeader(headers, 'authorization')) {
    throw new TypeError('header "Authorization" may not be set beside the option "auth"');
  }
  return { auth: resolveAuth(options.auth) };
}

/** @throws TypeError for an option that needs a second stream, where one stream is given. */
export function checkForOneStream({ auth }: AskingOptions): void {
  if (auth === undefined || (typeof auth === 'object' && auth.scheme === 'basic')) return;
  throw new TypeError(
    "option auth would ask again, and there is one stream: expected the scheme 'basic', which is sent at once",
  );
}
