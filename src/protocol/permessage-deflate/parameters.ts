import type { ExtensionParameter, ExtensionParameters } from '../extensions/extension.js';
import { quote } from '../handshake/describe.js';

/** What the parameters of an offer or of an answer say. RFC 7692 section 7.1. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** Undefined: not there. */
  readonly serverMaxWindowBits: number | undefined;
  /** `'any'`: there, without a value. Only an offer may have that. */
  readonly clientMaxWindowBits: number | 'any' | undefined;
}

/** The window when nothing is agreed on. */
export const MAX_WINDOW_BITS = 15;

type Name =
  | 'server_no_context_takeover'
  | 'client_no_context_takeover'
  | 'server_max_window_bits'
  | 'client_max_window_bits';

const NAMES: ReadonlySet<string> = new Set<Name>([
  'server_no_context_takeover',
  'client_no_context_takeover',
  'server_max_window_bits',
  'client_max_window_bits',
]);

/** Decimal, with neither a sign nor a leading zero. */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

/** @returns a text when they break a rule: what came, and what is expected. */
export function readParameters(
  list: ExtensionParameters,
  form: 'offer' | 'answer',
): DeflateParameters | string {
  const found = new Map<string, string | undefined>();
  for (const parameter of list) {
    const problem = problemOf(parameter, form, found.has(parameter.name));
    if (problem !== undefined) return problem;
    found.set(parameter.name, parameter.value);
  }
  return {
    serverNoContextTakeover: found.has('server_no_context_takeover'),
    clientNoContextTakeover: found.has('client_no_context_takeover'),
    serverMaxWindowBits: bitsOf(found.get('server_max_window_bits')),
    clientMaxWindowBits: found.has('client_max_window_bits')
      ? (bitsOf(found.get('client_max_window_bits')) ?? 'any')
      : undefined,
  };
}

/** What is wrong with a parameter; undefined when nothing is. */
function problemOf(
  { name, value }: ExtensionParameter,
  form: 'offer' | 'answer',
  repeated: boolean,
): string | undefined {
  if (!NAMES.has(name)) return `unknown parameter ${quote(name)}`;
  if (repeated) return `${name} twice, expected it once`;
  if (name.endsWith('takeover')) return value === undefined ? undefined : superfluous(name, value);
  if (value === undefined) {
    const bare = name === 'client_max_window_bits' && form === 'offer';
    return bare ? undefined : `${name} without a value, expected 8 to 15`;
  }
  return windowBitsProblem(name, value);
}

/** What is wrong with the value of a window parameter; undefined when nothing is. */
export function windowBitsProblem(name: string, value: string): string | undefined {
  return WINDOW_BITS.test(value) ? undefined : `${valued(name, value)}, expected 8 to 15`;
}

/** What is wrong with a value where there may be none. */
export function superfluous(name: string, value: string): string {
  return `${valued(name, value)}, expected no value`;
}

function valued(name: string, value: string): string {
  return `${name}=${quote(value)}`;
}

function bitsOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** As they are written in a header. */
export function writeParameters(parameters: DeflateParameters): ExtensionParameters {
  const list: ExtensionParameter[] = [];
  const add = (name: Name, value: number | 'any' | undefined): void => {
    if (value !== undefined) list.push({ name, value: value === 'any' ? undefined : String(value) });
  };
  add('server_no_context_takeover', parameters.serverNoContextTakeover ? 'any' : undefined);
  add('client_no_context_takeover', parameters.clientNoContextTakeover ? 'any' : undefined);
  add('server_max_window_bits', parameters.serverMaxWindowBits);
  add('client_max_window_bits', parameters.clientMaxWindowBits);
  return list;
}
