// `npm run bench`: rxwire against ws and plain node:net, in one run. docs/benchmarks.md says how, and how to read it.
import { writeFileSync } from 'node:fs';
import { readArguments, USAGE } from './lib/arguments.mjs';
import { endAll } from './lib/child.mjs';
import { topFunctions } from './lib/profile.mjs';
import { detailTable, flowTable, LEGEND, line, machine, mainTable } from './lib/report.mjs';
import { scenarios } from './scenarios.mjs';
import { client } from './suites/client.mjs';
import { codec } from './suites/codec.mjs';
import { exchange } from './suites/exchange.mjs';
import { flow } from './suites/flow.mjs';
import { idle } from './suites/idle.mjs';

const MEASURES = {
  echo: exchange,
  ingest: exchange,
  emit: exchange,
  broadcast: exchange,
  client,
  compressed: exchange,
  handshake: exchange,
  idle,
  flow,
  codec,
};

/** After so long no further row is begun. */
const LIMIT_MS = Object.freeze({ quick: 80_000, full: 780_000 });

/** What the goals name gets longer rounds, and a few more of them when other processes have disturbed some. */
function plan({ key, roundMs = key ? 400 : 150 }, { quick, profile, bare, rounds = quick ? 3 : 7 }) {
  if (quick) return { rounds, repeats: 1, roundMs: Math.min(roundMs, 150), quick, profile, bare };
  return { rounds, repeats: key ? 3 : 0, roundMs, quick, profile, bare };
}

function chosen({ only, filter, quick }) {
  const picked = only.length > 0 || filter.length > 0;
  return scenarios.filter(
    (scenario) =>
      (only.length === 0 || only.includes(scenario.suite)) &&
      (filter.length === 0 || filter.some((text) => scenario.name.includes(text))) &&
      (!quick || picked || scenario.key),
  );
}

/** @returns the rows of a scenario: one, or as many as its suite makes of it. */
async function one(scenario, options) {
  try {
    const measured = await MEASURES[scenario.suite](scenario, plan(scenario, options));
    return Array.isArray(measured) ? measured : [{ scenario, row: measured }];
  } catch (error) {
    return [{ scenario, error: String(error.message).split('\n', 2).join(' ') }];
  }
}

/** What matters most comes first: the time may not be enough for all. */
function turn({ key, suite }) {
  if (key) return 0;
  return suite === 'echo' ? 2 : 1;
}

async function run(options) {
  const ends = performance.now() + (options.quick ? LIMIT_MS.quick : LIMIT_MS.full);
  const wanted = chosen(options);
  const measured = new Map();
  for (const scenario of [...wanted].sort((a, b) => turn(a) - turn(b))) {
    const some =
      performance.now() > ends ? [{ scenario, error: 'no time left' }] : await one(scenario, options);
    measured.set(scenario, some);
    for (const result of some) console.error(line(result));
    if (options.profile !== undefined) console.error(topFunctions(options.profile));
  }
  return wanted.flatMap((scenario) => measured.get(scenario));
}

function print(results) {
  const failed = results.filter(({ error }) => error !== undefined);
  console.log(`\n${machine()}\n`);
  console.log(`${mainTable(results)}\n`);
  console.log(`${LEGEND}\n`);
  console.log(detailTable(results));
  if (results.some(({ scenario }) => scenario.suite === 'flow')) console.log(`\n${flowTable(results)}`);
  if (failed.length > 0) {
    console.log(`\nNot measured:\n${failed.map((result) => `- ${line(result)}`).join('\n')}`);
  }
}

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const results = await run(options);
  if (results.length === 0) throw new Error('no row has such a name');
  print(results);
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
  }
  if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void endAll().then(() => process.exit(130)));
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
} finally {
  await endAll();
}
