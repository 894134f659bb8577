// Where the time of a profiled process went.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const LINES = 20;

/** The functions with the most time of their own in the newest profile of `directory`, as lines of text. */
export function topFunctions(directory) {
  const newest = readdirSync(directory)
    .filter((name) => name.endsWith('.cpuprofile'))
    .sort()
    .at(-1);
  if (newest === undefined) return '  no profile was written';
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(directory, newest), 'utf8'));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]));
  const own = new Map();
  let total = 0;
  samples.forEach((id, i) => {
    const name = names.get(id);
    if (name === '(idle)') return;
    total += timeDeltas[i];
    own.set(name, (own.get(name) ?? 0) + timeDeltas[i]);
  });
  const top = [...own].sort(([, a], [, b]) => b - a).slice(0, LINES);
  return [newest, ...top.map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`)]
    .map((text) => `  ${text}`)
    .join('\n');
}

function describe({ functionName, url, lineNumber }) {
  return url === '' ? functionName : `${functionName || '(anonymous)'}  ${basename(url)}:${lineNumber + 1}`;
}
