// Markdown tables, aligned, as they go into a README.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, type } from 'node:os';
import { pinning } from './child.mjs';
import { DISTURBED } from './rounds.mjs';

const require = createRequire(import.meta.url);

/** What bufferutil falls back to without its addon is no faster than ws alone. */
function bufferutilKind() {
  return require('bufferutil').unmask === require('bufferutil/fallback.js').unmask ? ' (NOT native)' : '';
}

/** The machine and the versions, in a sentence. */
export function machine() {
  const version = (name) => JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
  const cores = availableParallelism();
  return (
    `${cpus()[0]?.model.trim()}, ${cores} cores, ${type()} ${release()}, Node ${process.version}; ` +
    `ws ${version('ws')} with bufferutil ${version('bufferutil')}${bufferutilKind()}, rxjs ${version('rxjs')}; ` +
    (pinning
      ? 'what is measured pinned to core 0, its load to core 1.'
      : 'processes NOT pinned (no taskset, or one core only): figures wobble.')
  );
}

function count(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)}k` : String(Math.round(value));
}

/** Whether the load worked harder than what it loads, so that more could not come. */
function limited({ loadShare, cpuShare }) {
  return loadShare !== undefined && loadShare > cpuShare;
}

function times({ ratio }) {
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}

/** The figure with the marks that the legend explains. */
function marked(cell, text) {
  return `${text}${limited(cell) ? ' *' : ''}${cell.strangers > DISTURBED ? ' ~' : ''}`;
}

export const LEGEND =
  '`*`: the load was busier than what it loads, and so the limit. ' +
  '`~`: other processes took a part of a core; run it again on a quiet machine.';

const MIB = 1024 * 1024;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

function verdict({ row, scenario }) {
  if (scenario.goalBytes !== undefined) {
    const { bytes } = row.rxwire;
    return `${bytes <= scenario.goalBytes ? 'reached' : 'not reached'}: ${kib(bytes)}`;
  }
  if (scenario.goal === undefined) return '';
  const { ratio } = row.rxwire;
  return (scenario.lessIsBetter ? ratio <= scenario.goal : ratio >= scenario.goal)
    ? 'reached'
    : 'not reached';
}

function goal({ goal: value, goalBytes, lessIsBetter }) {
  if (goalBytes !== undefined) return `at most ${goalBytes / 1024} KiB`;
  if (value === undefined) return '';
  return lessIsBetter ? `at most ${value}` : String(value);
}

/** The table for readers. */
export function mainTable(all) {
  const results = all.filter(isCompared);
  return table(
    ['scenario', 'ws /cpu-s', 'rxwire x ws', 'net x ws', 'goal', ''],
    results.map((result) => {
      const { scenario, row } = result;
      if (row === undefined) return [scenario.name, '', '', '', goal(scenario), 'not measured'];
      return [
        scenario.name,
        scenario.lessIsBetter ? kib(row.ws.bytes) : marked(row.ws, count(row.ws.perCpuSecond)),
        marked(row.rxwire, times(row.rxwire)),
        row.net === undefined ? '' : marked(row.net, times(row.net)),
        goal(scenario),
        verdict(result),
      ];
    }),
  );
}

const isCompared = ({ scenario }) => scenario.suite !== 'flow';

/** What is held while more flows through than could be held. */
export function flowTable(results) {
  return table(
    ['scenario', 'growth of memory (RSS)', 'most held', 'per second', 'goal', ''],
    results
      .filter((result) => !isCompared(result))
      .map((result) => {
        const { scenario, row } = result;
        if (row === undefined) return [scenario.name, '', '', '', flowGoal(scenario), 'not measured'];
        const { bytes, held, perSecond } = row.rxwire;
        return [
          scenario.name,
          `${(bytes / MIB).toFixed(1)} MiB`,
          held === 0 ? '' : `${held} messages`,
          scenario.unit === 'octets' ? `${Math.round(perSecond / MIB)} MiB` : `${count(perSecond)} messages`,
          flowGoal(scenario),
          flowVerdict(result),
        ];
      }),
  );
}

function flowGoal({ goalBytes, goalHeld }) {
  return goalBytes === undefined ? `at most ${goalHeld} messages` : `under ${goalBytes / MIB} MiB`;
}

function flowVerdict({ scenario: { goalBytes, goalHeld }, row: { rxwire } }) {
  const reached = goalBytes === undefined ? rxwire.held <= goalHeld : rxwire.bytes < goalBytes;
  return reached ? 'reached' : 'not reached';
}

/** Plain messages per second, how far rounds differed, and how busy the load was. */
export function detailTable(results) {
  const percent = (share) => `${Math.round(share * 100)}`;
  const each = (row, cell) => [row.ws, row.rxwire, row.net].filter(Boolean).map(cell).join(' / ');
  return table(
    [
      'scenario',
      'msg/s: ws / rxwire / net',
      'rxwire x ws, quartiles',
      '% of its core',
      "% of the load's",
      'others',
      'rounds',
    ],
    results
      .filter(({ row, scenario }) => row !== undefined && !scenario.lessIsBetter)
      .map(({ scenario, row }) => [
        scenario.name,
        each(row, ({ perSecond }) => count(perSecond)),
        row.rxwire.quartiles.map((ratio) => ratio.toFixed(2)).join(' to '),
        each(row, ({ cpuShare }) => percent(cpuShare)),
        each(row, ({ loadShare }) => percent(loadShare)),
        each(row, ({ strangers }) => percent(strangers)),
        String(row.rxwire.rounds),
      ]),
  );
}

/** One row in a line, for those who wait. */
export function line(result) {
  const { scenario, row, error } = result;
  if (row === undefined) return `${scenario.name}: ${error}`;
  if (!isCompared(result)) {
    const { bytes, held } = row.rxwire;
    return `${scenario.name}: ${(bytes / MIB).toFixed(1)} MiB more, ${held} held (${flowGoal(scenario)}): ${flowVerdict(result)}`;
  }
  const [low, high] = row.rxwire.quartiles.map((ratio) => ratio.toFixed(2));
  const net = row.net === undefined ? '' : `, net ${marked(row.net, times(row.net))}`;
  const some = goal(scenario);
  const wanted = some === '' ? '' : ` (goal ${some})`;
  const bytes = row.rxwire.bytes === undefined ? '' : ` = ${kib(row.rxwire.bytes)}`;
  return `${scenario.name}: rxwire ${marked(row.rxwire, times(row.rxwire))} [${low} to ${high}]${bytes}${wanted}${net}`;
}

function table(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((cells) => cells[column].length)));
  const draw = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [draw(head), rule, ...rows.map(draw)].join('\n');
}
