import { closeSync, openSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ClientOptions } from '../index.js';
import { readCertificate, readKey } from './pem.js';
import type { Given } from './flags.js';
import { readSecret } from './secret.js';
import { UsageError } from './usage-error.js';

/** The flags of `rxwire <url>` about TLS. */
export const TLS_FLAGS = {
  nocert: { type: 'boolean', short: 'n' },
  insecure: { type: 'boolean', short: 'k' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  passphrase: { type: 'string' },
  servername: { type: 'string' },
  keylog: { type: 'string' },
} as const;

type Values = Given<typeof TLS_FLAGS>['values'];

/** Whether the server's certificate is taken as it is. */
export function isUnverified({ nocert, insecure }: Values): boolean {
  return nocert === true || insecure === true;
}

/** @throws UsageError for what is wrong; Error for a file that cannot be read, or not be written. */
export function readTls(values: Values): Pick<ClientOptions, 'tls' | 'keyLog'> {
  const { ca, cert, key, passphrase, servername, keylog } = values;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key need each other');
  if (passphrase !== undefined && key === undefined) throw new UsageError('--passphrase needs --key');
  if (servername !== undefined) checkServerName(servername);
  if (keylog !== undefined) checkWritable('--keylog', keylog);
  const secret = passphrase === undefined ? undefined : readSecret('--passphrase', passphrase);
  return {
    tls: {
      ...(ca !== undefined && { ca: readCertificate('--ca', ca) }),
      ...(cert !== undefined && { cert: readCertificate('--cert', cert) }),
      ...(key !== undefined && { key: readKey('--key', key, secret) }),
      ...(secret !== undefined && { passphrase: secret }),
      ...(servername !== undefined && { servername }),
      ...(isUnverified(values) && { rejectUnauthorized: false }),
    },
    ...(keylog !== undefined && { keyLog: keylog }),
  };
}

/** RFC 6066 section 3: no addresses. */
function checkServerName(name: string): void {
  if (/^[^\s:/]+$/.test(name) && isIP(name) === 0) return;
  throw new UsageError(`--servername is "${name}", expected a host name`);
}

/** Now, and not when the first keys are lost. */
function checkWritable(flag: string, path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Error(`${flag}: cannot write ${path} (${code})`, { cause: error });
  }
}
