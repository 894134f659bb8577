import { createSecureContext, type ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { reasonOf } from './reason-of.js';

/** What of Node's options is said elsewhere, or would go another way than the URL says. */
const ELSEWHERE = {
  host: 'the URL, or the option dial',
  port: 'the URL, or the option dial',
  path: 'a URL of wss+unix:',
  socket: 'the option socket',
  lookup: 'the option lookup',
  timeout: 'the option connectTimeoutMs',
} as const;

/** What a user says of TLS, but for sessions, and for where to connect to. */
export type ClientTlsOptions = Omit<TlsConnectionOptions, 'session' | keyof typeof ELSEWHERE>;

/**
 * Refuses a session to be resumed: Node compares no name with the certificate then, and the session may be of another server. Certificates, keys,
 * versions and ciphers are tried now, and not at every dial.
 *
 * @throws TypeError that names the option, and shows nothing of a key.
 */
export function checkTls(tls: object | undefined, option: string): void {
  if (tls === undefined) return;
  if ('session' in tls && tls.session !== undefined) {
    throw new TypeError(
      `option ${option}.session is given, and a resumed session is not checked against the server's name`,
    );
  }
  for (const [name, where] of Object.entries(ELSEWHERE)) {
    if ((tls as Readonly<Record<string, unknown>>)[name] === undefined) continue;
    throw new TypeError(`option ${option}.${name} is given, expected it in ${where}`);
  }
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new TypeError(`option ${option} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}
