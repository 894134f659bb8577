import type { Origins, ServeOptions } from '../index.js';
import { parseByteSize } from './byte-size.js';
import { readText } from './files.js';
import { parseFlags, wholeNumber } from './flags.js';
import { UsageError } from './usage-error.js';

/** What the server does with messages. */
export type ServeMode = 'echo' | 'broadcast' | 'chat';

/** What `rxwire serve` was asked for. */
export interface ServeSettings {
  readonly mode: ServeMode;
  readonly options: ServeOptions;
}

const FLAGS = {
  host: { type: 'string' },
  port: { type: 'string' },
  unix: { type: 'string' },
  echo: { type: 'boolean' },
  broadcast: { type: 'boolean' },
  chat: { type: 'boolean' },
  compress: { type: 'boolean' },
  'max-message': { type: 'string' },
  origins: { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const MODES = ['echo', 'broadcast', 'chat'] as const;

/**
 * Reads what stands after `rxwire serve`. Undefined when help was asked for.
 *
 * @throws UsageError for what is wrong; Error for a file that cannot be read.
 */
export function readServeSettings(args: readonly string[]): ServeSettings | undefined {
  const { values, positionals } = parseFlags(args, FLAGS);
  if (values.help === true) return undefined;
  const modes = MODES.filter((mode) => values[mode] === true);
  if (modes.length > 1) {
    throw new UsageError(`${modes.map((mode) => `--${mode}`).join(' and ')} exclude each other`);
  }
  const maxMessage = values['max-message'];
  const origins = readOrigins(values.origins, positionals);
  const options: ServeOptions = {
    ...readPlace(values.host, values.port, values.unix),
    ...readTls(values['tls-cert'], values['tls-key']),
    ...(values.compress === true && { compression: true }),
    ...(maxMessage !== undefined && { maxMessageBytes: parseByteSize('--max-message', maxMessage) }),
    ...(origins !== undefined && { origins }),
    statusPage: true,
  };
  return { mode: modes[0] ?? 'echo', options };
}

function readPlace(
  host: string | undefined,
  port: string | undefined,
  unix: string | undefined,
): ServeOptions {
  if (unix === undefined) {
    return { host: host ?? '127.0.0.1', port: wholeNumber('--port', port ?? '9000', 0, 65535) };
  }
  if (host !== undefined || port !== undefined) {
    throw new UsageError(`--unix and ${host === undefined ? '--port' : '--host'} exclude each other`);
  }
  return { unixPath: unix };
}

function readTls(cert: string | undefined, key: string | undefined): ServeOptions {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined) {
    throw new UsageError('--tls-cert and --tls-key need each other');
  }
  return { tls: { cert: readText('--tls-cert', cert), key: readText('--tls-key', key) } };
}

/** Patterns follow the flag, as arguments of their own or with commas between them. */
function readOrigins(
  flag: readonly string[] | undefined,
  positionals: readonly string[],
): Origins | undefined {
  if (flag === undefined) {
    if (positionals.length === 0) return undefined;
    throw new UsageError(`unexpected argument "${positionals[0] ?? ''}"`);
  }
  const list = [...flag, ...positionals].flatMap((text) => text.split(','));
  const [first] = list;
  if (list.length === 1 && (first === 'any' || first === 'same')) return first;
  return list;
}
