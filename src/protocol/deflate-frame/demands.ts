import type { ExtensionParameter, ExtensionParameters } from '../extensions/extension.js';
import { quote } from '../handshake/describe.js';
import { superfluous, windowBitsProblem } from '../permessage-deflate/parameters.js';

/** What one side demands of the other side's compressor: the parameters of an offer or of an answer. */
export interface Demands {
  readonly maxWindowBits: number | undefined;
  readonly noContextTakeover: boolean;
}

/** @returns a text when the parameters break a rule: what came, and what is expected. */
export function readDemands(list: ExtensionParameters): Demands | string {
  const found = new Map<string, string | undefined>();
  for (const parameter of list) {
    const problem = problemOf(parameter, found.has(parameter.name));
    if (problem !== undefined) return problem;
    found.set(parameter.name, parameter.value);
  }
  const bits = found.get('max_window_bits');
  return {
    maxWindowBits: bits === undefined ? undefined : Number(bits),
    noContextTakeover: found.has('no_context_takeover'),
  };
}

function problemOf({ name, value }: ExtensionParameter, repeated: boolean): string | undefined {
  if (name !== 'max_window_bits' && name !== 'no_context_takeover') return `unknown parameter ${quote(name)}`;
  if (repeated) return `${name} twice, expected it once`;
  if (name === 'no_context_takeover') return value === undefined ? undefined : superfluous(name, value);
  if (value === undefined) return `${name} without a value, expected 8 to 15`;
  return windowBitsProblem(name, value);
}

/** As they are written in a header. */
export function writeDemands({ maxWindowBits, noContextTakeover }: Demands): ExtensionParameters {
  const list: ExtensionParameter[] = [];
  if (maxWindowBits !== undefined) list.push({ name: 'max_window_bits', value: String(maxWindowBits) });
  if (noContextTakeover) list.push({ name: 'no_context_takeover', value: undefined });
  return list;
}
