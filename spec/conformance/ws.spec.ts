import { afterTest, watchResources } from '../support/harness.js';
import { seed } from '../support/seed.js';
import type { Case } from './case.js';
import { WsEndpoint } from './endpoints/ws.js';
import { failuresOf } from './results.js';
import { SAMPLE, VECTORS } from './sample.js';
import { type Choice, runsOf } from './suite.js';

watchResources();

const MOST_MS = 120_000;

/** What ws 8.23.0 does otherwise than the vectors want it. */
const VECTORS_FAILED: Readonly<Record<string, string>> = {
  'LEN-1': 'takes a length that is not minimal',
  'LEN-2': 'takes a length that is not minimal',
  'LEN-3': 'takes a length that is not minimal',
  'LEN-4': 'takes a length that is not minimal',
  'LEN-5': 'calls a length whose first bit is set too big, and not wrong',
  'LEN-6': 'calls a length whose first bit is set too big, and not wrong',
  'LEN-11': 'takes a length that is not minimal',
  'LEN-12': 'takes a length that is not minimal',
  'UF-3': 'looks at text when its message has ended',
  'PMD-12': 'takes a payload of no octets for an empty message',
  'PMD-16': 'takes what a truncated payload has for the message',
  'PMD-18': 'drops what is behind a last block',
  'PMD-19': 'drops what is behind a last block, be it wrong',
  'PMD-21': 'takes a payload with its tail, after which the next one is lost',
};

/** What it does otherwise than our own cases want it, when all octets come at once. */
const CASES_FAILED: readonly (readonly [RegExp, string])[] = [
  [/^5\.2-length-(16|64)-bits-/, 'takes lengths that are not minimal'],
  [/^5\.2-length-[8f][0-9a-f]{15}-/, 'calls a length whose first bit is set too big, and not wrong'],
  [/^5\.5\.2-flood-1000?0?-/, 'ends the connection without a Close frame at the 61st Ping of a chunk'],
  [/^8\.1-impossible-[0-9a-f]+-in-frames$/, 'looks at text when its message has ended'],
  [/^7692-prefix-(?!054)/, 'takes what a truncated payload has for the message'],
  [/^7692-flip-(035|04[3-9]|051)-/, 'takes what a truncated payload has for the message'],
  [
    /^7692-stored-(003-|(00[6-9]|0[123]\d)-binary)/,
    'takes what a truncated payload has, and its own tail, for the message',
  ],
  [/^7692-last-block-(two|another-behind|ten)$/, 'drops what is behind a last block'],
  [/^7692-limit-reached-noise$/, 'counts what is compressed against the limit of the message'],
];

/** In the middle of a frame: text that is wrong before the frame ends. */
const TEXT_GOES_ON = /^8\.1-(impossible-|behind-|early-)/;

async function failed(cases: readonly Case[], choice: Choice): Promise<Set<string>> {
  const endpoint = new WsEndpoint();
  afterTest(() => endpoint.stop());
  const runs = [...runsOf(cases, endpoint.transports, seed, choice)].map((run) => ({ ...run, hurry: true }));
  return new Set((await failuresOf(endpoint, runs)).map(({ id }) => id));
}

function ids(cases: readonly Case[]): string[] {
  return cases.map(({ id }) => id).sort();
}

describe.each(['server', 'client'] as const)('the suite accuses ws as a %s', (role) => {
  it(
    'of exactly the vectors that it is known for',
    async () => {
      const known = VECTORS.filter(({ id }) => {
        const vector = id.slice(id.indexOf('-vector-') + '-vector-'.length).replace('-mirror', '');
        return VECTORS_FAILED[vector] !== undefined;
      });
      const found = await failed(VECTORS, { role, segmentation: 'whole' });
      expect([...found].sort()).toEqual(ids(known.filter(({ roles }) => roles?.includes(role))));
    },
    MOST_MS,
  );

  it(
    'of exactly the cases that it is known for',
    async () => {
      const known = SAMPLE.filter(({ id }) => CASES_FAILED.some(([pattern]) => pattern.test(id)));
      const found = await failed(SAMPLE, { role, segmentation: 'whole' });
      expect(known.length).toBeGreaterThan(30);
      expect([...found].sort()).toEqual(ids(known));
    },
    MOST_MS,
  );

  it(
    'of reading a frame to its end before it looks at its text',
    async () => {
      const cases = SAMPLE.filter(({ clause }) => clause === '8.1');
      const known = cases.filter(({ id }) => TEXT_GOES_ON.test(id));
      const found = await failed(cases, { role, segmentation: 'random' });
      expect(known.length).toBeGreaterThan(30);
      expect([...found].sort()).toEqual(ids(known));
    },
    MOST_MS,
  );
});
