import { parseArgs } from 'node:util';

export const SUITES = [
  'echo',
  'ingest',
  'emit',
  'broadcast',
  'client',
  'compressed',
  'handshake',
  'idle',
  'flow',
  'codec',
];

export const USAGE = `npm run bench -- [options]

  --quick          fewer and shorter rounds, and not every row: for looking
  --only SUITE     ${SUITES.join(', ')}; may be given several times
  --filter TEXT    only rows whose name contains TEXT; may be given several times
  --rounds N       rounds of each row
  --profile DIR    writes a profile of rxwire's process of each row to DIR, and prints where its time went
  --bare           without the 32 MiB that a measured process keeps as an application would
  --json FILE      writes what was measured to FILE, too
  --help           prints this`;

/** What the command line asks for. @throws Error that says what is wrong with it. */
export function readArguments(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      filter: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      bare: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((suite) => !SUITES.includes(suite));
  if (unknown !== undefined) throw new Error(`--only ${unknown}, expected one of ${SUITES.join(', ')}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0 && rounds <= 100)) {
    throw new Error(`--rounds ${values.rounds}, expected a whole number from 1 to 100`);
  }
  return { ...values, rounds };
}
