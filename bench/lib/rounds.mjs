import { median, quantile } from './stats.mjs';
import { withStrangers } from './strangers.mjs';

/** The share of a core from which other processes disturb a round. */
export const DISTURBED = 0.15;
/** The fewest rounds that a figure is made of. */
const FEWEST = 3;

/**
 * Measures kinds in turn, round after round and in changing order, so that what else the machine does meets all of them. A round that
 * other processes have disturbed is repeated, and left out if enough others remain.
 *
 * @typedef {{ messages: number, cpuMicros: number, wallMs: number, loadMicros?: number }} Sample
 * @param {{ kinds: string[], rounds: number, repeats: number, run: (kind: string) => Promise<Sample> }} options - `repeats`: at most
 *   so many rounds more. `net` is only for orientation: it takes part in every second round.
 * @returns what a row of the report is made of.
 */
export async function measure({ kinds, rounds, repeats, run }) {
  const all = [];
  let quiet = 0;
  for (const kind of kinds) await run(kind);
  for (let number = 0; quiet < rounds && number < rounds + repeats; number++) {
    const round = {};
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[(number + i) % kinds.length];
      if (kind === 'net' && number % 2 === 1) continue;
      round[kind] = await withStrangers(() => run(kind));
    }
    all.push(round);
    if (!isDisturbed(round)) quiet++;
  }
  const undisturbed = all.filter((round) => !isDisturbed(round));
  return summary(undisturbed.length >= FEWEST ? undisturbed : all, kinds);
}

function isDisturbed({ rxwire, ws }) {
  return rxwire.strangers > DISTURBED || ws.strangers > DISTURBED;
}

function perCpuSecond({ messages, cpuMicros }) {
  return (messages / cpuMicros) * 1e6;
}

/** @param {Record<string, Sample & { strangers: number }>[]} rounds - The samples of each, by kind. */
function summary(rounds, kinds) {
  const row = {};
  for (const kind of kinds) {
    const taken = rounds.filter((round) => round[kind] !== undefined);
    if (taken.length === 0) continue;
    const ratios = taken.map((round) => perCpuSecond(round[kind]) / perCpuSecond(round.ws));
    const of = (what) => median(taken.map((round) => what(round[kind])));
    row[kind] = {
      perCpuSecond: of(perCpuSecond),
      ratio: median(ratios),
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
      perSecond: of(({ messages, wallMs }) => (messages / wallMs) * 1e3),
      cpuShare: of(({ cpuMicros, wallMs }) => cpuMicros / wallMs / 1e3),
      loadShare: of(({ loadMicros = 0, wallMs }) => loadMicros / wallMs / 1e3),
      strangers: of(({ strangers }) => strangers),
      rounds: taken.length,
    };
  }
  return row;
}
