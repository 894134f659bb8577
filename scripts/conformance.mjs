// `npm run conformance`: every case of spec/conformance, and a table by clause. docs/reference/conformance.md says more.
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = join(ROOT, 'docs/reference/conformance.md');
const [BEGIN, END] = [
  '<!-- the table: written by npm run conformance -- --write -->',
  '<!-- the end of the table -->',
];
const FOLDERS = ['src', 'spec/conformance', 'spec/support', 'spec/vectors'];

const USAGE = `npm run conformance -- [options]

  --only ID             runs the cases whose ids begin so; may be given more than once
  --role ROLE           server or client
  --transport NAME      socket or memory
  --segmentation NAME   whole, bytes, random or chops
  --seed N              the seed of masking keys and of random segmentation
  --endpoint NAME       rxwire (default) or ws
  --jobs N              processes; default one a processor
  --slowest N           lists the N runs that took longest
  --write               puts the table into docs/reference/conformance.md
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    role: { type: 'string' },
    transport: { type: 'string' },
    segmentation: { type: 'string' },
    seed: { type: 'string' },
    endpoint: { type: 'string', default: 'rxwire' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    slowest: { type: 'string', default: '0' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** src and the suite as JavaScript, in a folder of their own: neither a build nor a test runner is needed. */
function transpile() {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-conformance-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    verbatimModuleSyntax: true,
  };
  for (const base of FOLDERS) {
    for (const name of readdirSync(join(ROOT, base), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.spec.ts') || !/\.(ts|json)$/.test(name)) continue;
      const [from, to] = [join(ROOT, base, name), join(folder, base, name.replace(/\.ts$/, '.js'))];
      mkdirSync(dirname(to), { recursive: true });
      if (name.endsWith('.json')) copyFileSync(from, to);
      else writeFileSync(to, ts.transpileModule(readFileSync(from, 'utf8'), { compilerOptions }).outputText);
    }
  }
  return folder;
}

const children = [];

/** Runs a share of the suite in a process; `onReport` is told of every run. */
function run(folder, order, onReport) {
  return new Promise((resolve, reject) => {
    const child = fork(join(folder, 'spec/conformance/main.js'), [JSON.stringify(order)]);
    children.push(child);
    child.on('message', onReport);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`a process of the suite ended with ${signal ?? code}`));
    });
  });
}

const COLUMNS = ['server', 'client', 'socket', 'memory', 'whole', 'bytes', 'random', 'chops'];

/** One row of the table: the cases of a clause, and their runs by what they ran as. */
class Row {
  cases = new Set();
  counts = Object.fromEntries(COLUMNS.map((column) => [column, 0]));
  passed = 0;
  failed = 0;

  add({ id, role, transport, segmentation, failure }) {
    this.cases.add(id);
    for (const column of [role, transport, segmentation]) this.counts[column]++;
    if (failure === undefined) this.passed++;
    else this.failed++;
  }

  /** @param ways - How many runs each case would have if none were left out. */
  cells(ways) {
    const counts = COLUMNS.map((column) => this.counts[column]);
    const all = [...this.cases].reduce((sum, id) => sum + ways.get(id), 0);
    return [this.cases.size, ...counts, this.passed, this.failed, all - this.passed - this.failed];
  }
}

/** For each case, the runs it would have in every way that was asked for. */
function waysOf(cases, transports) {
  const one = (option, all) => (option === undefined ? all : 1);
  return new Map(
    cases.map(({ id, roles = ['server', 'client'], chopBytes }) => [
      id,
      one(options.role, roles.length) *
        one(options.transport, transports) *
        one(options.segmentation, chopBytes === undefined ? 3 : 1),
    ]),
  );
}

function table(rows, all, clauses, ways) {
  const head = ['clause', 'about', 'cases', ...COLUMNS, 'passed', 'failed', 'skipped'];
  const lines = [head, head.map((_, i) => (i < 2 ? '---' : '---:'))];
  for (const [clause, about] of clauses) {
    const row = rows.get(clause);
    if (row !== undefined) lines.push([clause, about, ...row.cells(ways)]);
  }
  lines.push(['all', '', ...all.cells(ways)]);
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function write(text) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has no place for the table`);
  writeFileSync(DOCUMENT, `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${document.slice(end)}`);
}

async function main() {
  const seed = options.seed === undefined ? randomInt(0x7fff_ffff) : Number(options.seed);
  const { endpoint } = options;
  const jobs = Number(options.jobs);
  const began = performance.now();
  const rows = new Map();
  const all = new Row();
  const slowest = [];
  const onReport = (report) => {
    if (!rows.has(report.clause)) rows.set(report.clause, new Row());
    rows.get(report.clause).add(report);
    all.add(report);
    if (report.failure !== undefined) {
      console.log(
        `FAILED ${report.failure.name}\n${report.failure.complaints.map((what) => `  ${what}`).join('\n')}`,
      );
    }
    slowest.push([report.ms, `${report.id} ${report.role} ${report.transport} ${report.segmentation}`]);
  };
  const folder = transpile();
  try {
    const orders = Array.from({ length: jobs }, (_, share) => ({
      endpoint,
      seed,
      share,
      shares: jobs,
      only,
      role,
      transport,
      segmentation,
    }));
    await Promise.all(orders.map((order) => run(folder, order, onReport)));
    const { CLAUSES } = await import(join(folder, 'spec/conformance/clauses.js'));
    const { CASES } = await import(join(folder, 'spec/conformance/suite.js'));
    const text = table(rows, all, CLAUSES, waysOf(CASES, endpoint === 'ws' ? 1 : 2));
    console.log(`\n${text}\n`);
    if (options.write) write(text);
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  }
  for (const [ms, name] of slowest.sort(([a], [b]) => b - a).slice(0, Number(options.slowest))) {
    console.log(`${ms.toFixed(0).padStart(7)} ms  ${name}`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${endpoint}: ${all.passed} passed, ${all.failed} failed, in ${seconds} s, with seed ${seed}`);
  if (all.passed + all.failed === 0) console.log('no case was chosen');
  process.exitCode = all.failed > 0 || all.passed === 0 ? 1 : 0;
}

const { only, role, transport, segmentation } = options;
const chosen = [only, role, transport, segmentation].some((option) => option !== undefined);

if (options.help) console.log(USAGE);
else if (options.write && (chosen || options.endpoint !== 'rxwire')) {
  console.error('--write is for all of the suite, and for rxwire');
  process.exitCode = 2;
} else await main();
