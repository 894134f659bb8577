import type { HeaderOptions } from '../../protocol/handshake/header-options.js';
import type { Encryption } from '../../transport/encryption.js';
import type { ResolvedClientOptions } from '../options.js';

const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);
/** Who this side is, and who the other one is to be: that was said of the server that has sent us away. */
const TLS_OF_ONE_SERVER = [
  'cert',
  'key',
  'pfx',
  'passphrase',
  'privateKeyEngine',
  'privateKeyIdentifier',
  'clientCertEngine',
  'secureContext',
  'pskCallback',
  'servername',
] as const;

/** What is left of the options for another server than the one that they were given for. */
export function forAnotherOrigin<Context>(
  options: ResolvedClientOptions<Context>,
): ResolvedClientOptions<Context> {
  const { dialing } = options;
  return {
    ...options,
    headers: withoutSecrets(options.headers),
    hostHeader: undefined,
    asking: { ...options.asking, auth: undefined, cookies: undefined },
    dialing: { ...dialing, tls: withoutIdentity(dialing.tls) },
  };
}

/** Header fields that say who asks are for the one who was asked. */
export function withoutSecrets(headers: HeaderOptions): HeaderOptions {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name.toLowerCase())),
  );
}

function withoutIdentity(tls: Encryption): Encryption {
  const names: ReadonlySet<string> = new Set(TLS_OF_ONE_SERVER);
  return Object.fromEntries(Object.entries(tls).filter(([name]) => !names.has(name)));
}
