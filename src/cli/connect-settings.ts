import type { ClientOptions } from '../index.js';
import { CLIENT_FLAGS, clientOptions } from './client-flags.js';
import { type Given, parseFlags, seconds, wholeNumber } from './flags.js';
import { isUnverified } from './tls-flags.js';
import { UsageError } from './usage-error.js';

/** What `rxwire <url>` was asked for. */
export interface ConnectSettings {
  readonly url: string;
  readonly options: ClientOptions;
  /** Messages to send first. */
  readonly texts: readonly string[];
  /** Messages to send in place of stdin; empty to read stdin. */
  readonly execute: readonly string[];
  readonly waitSeconds: number;
  readonly binary: boolean;
  readonly oneMessage: boolean;
  /** Seconds from the end of stdin to closing; undefined when it does not close. */
  readonly eofWaitSeconds: number | undefined;
  readonly slash: boolean;
  /** 1 names opcodes, 2 traces frames. */
  readonly verbose: number;
  readonly showPingPong: boolean;
  readonly timings: boolean;
  readonly raw: boolean;
  readonly noColor: boolean;
  readonly noVerification: boolean;
  readonly reconnect: boolean;
  /** Attempts in a row to connect. */
  readonly maxAttempts: number;
}

const FLAGS = {
  text: { type: 'string', short: 't', multiple: true },
  execute: { type: 'string', short: 'x', multiple: true },
  wait: { type: 'string', short: 'w' },
  binary: { type: 'boolean', short: 'b' },
  'one-message': { type: 'boolean', short: '1' },
  'eof-wait': { type: 'string' },
  'exit-on-eof': { type: 'boolean', short: 'E' },
  slash: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v', multiple: true },
  'show-ping-pong': { type: 'boolean', short: 'P' },
  timings: { type: 'boolean' },
  raw: { type: 'boolean', short: 'r' },
  'no-color': { type: 'boolean' },
  reconnect: { type: 'boolean' },
  'max-attempts': { type: 'string' },
  ...CLIENT_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = Given<typeof FLAGS>['values'];

const DEFAULT_WAIT_SECONDS = 2;

/**
 * Reads what stands after `rxwire`. Undefined when help was asked for.
 *
 * @throws UsageError for what is wrong; Error for a file that cannot be read.
 */
export function readConnectSettings(args: readonly string[]): ConnectSettings | undefined {
  const { values, positionals } = parseFlags(separated(args), FLAGS);
  if (values.help === true) return undefined;
  const [url] = positionals;
  if (url === undefined) throw new UsageError('there is no url, expected rxwire <url> or rxwire serve');
  if (positionals.length > 1) {
    // They are not repeated: what was not quoted may be the rest of a secret.
    const count = String(positionals.length);
    throw new UsageError(
      `there are ${count} arguments, expected one url; what has blanks in it needs quotes`,
    );
  }
  if (values.wait !== undefined && values.execute === undefined) {
    throw new UsageError('--wait needs --execute');
  }
  return {
    url: completed(url),
    options: clientOptions(values),
    texts: values.text ?? [],
    execute: values.execute ?? [],
    waitSeconds: values.wait === undefined ? DEFAULT_WAIT_SECONDS : seconds('--wait', values.wait),
    binary: values.binary ?? false,
    oneMessage: values['one-message'] ?? false,
    eofWaitSeconds: eofWait(values),
    slash: values.slash ?? false,
    verbose: values.verbose?.length ?? 0,
    showPingPong: values['show-ping-pong'] ?? false,
    timings: values.timings ?? false,
    raw: values.raw ?? false,
    noColor: values['no-color'] ?? false,
    noVerification: isUnverified(values),
    reconnect: values.reconnect ?? false,
    maxAttempts: maxAttempts(values),
  };
}

/** The flags that take -1. */
const FOR_EVER = ['-w', '--wait', '--eof-wait', '--connect-timeout'];

/** Rewrites what Node's reader has no words for: `-v 2`, and -1 as a value, which is a flag by itself. */
function separated(args: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const flag = args[i]!;
    const value = args[i + 1];
    if (flag === '--') return [...out, ...args.slice(i)];
    if (['-v', '--verbose'].includes(flag) && value !== undefined && /^[0-2]$/.test(value)) {
      out.push(...Array.from({ length: Number(value) }, () => '-v'));
    } else if (FOR_EVER.includes(flag) && value === '-1') {
      out.push(`${flag === '-w' ? '--wait' : flag}=-1`);
    } else {
      out.push(flag);
      continue;
    }
    i++;
  }
  return out;
}

/** An address without a scheme is taken for `ws:`. */
function completed(url: string): string {
  return /^([a-z][a-z\d+.-]*:\/|wss?\+unix:)/i.test(url) ? url : `ws://${url}`;
}

function maxAttempts({ reconnect, 'max-attempts': most }: Values): number {
  if (most === undefined) return Infinity;
  if (reconnect !== true) throw new UsageError('--max-attempts needs --reconnect');
  return wholeNumber('--max-attempts', most, 1, 1_000_000);
}

function eofWait(values: Values): number | undefined {
  const given = values['eof-wait'];
  if (given !== undefined) return seconds('--eof-wait', given);
  return values['one-message'] === true && values['exit-on-eof'] !== true ? undefined : 0;
}
