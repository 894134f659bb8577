import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';

/** What a user says of TLS, but for sessions. */
export type ClientTlsOptions = Omit<TlsConnectionOptions, 'session'>;

/**
 * Refuses a session to be resumed: Node compares no name with the certificate then, and the session may be of another server.
 *
 * @throws TypeError that names the option.
 */
export function checkTls(tls: object | undefined, option: string): void {
  if (tls === undefined || !('session' in tls) || tls.session === undefined) return;
  throw new TypeError(
    `option ${option}.session is given, and a resumed session is not checked against the server's name`,
  );
}
