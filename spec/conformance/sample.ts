import type { Case } from './case.js';
import { Random } from './random.js';
import { CASES } from './suite.js';

/** One of so many cases is in the sample: of the orders of frames there are thousands. */
const ONE_OF = 3;
const ONE_OF_ORDERS = 40;

/** Of those that take longer, these are in it. */
const LONGER = [
  '5.2-minimal-65536-binary',
  '5.4-4-mib-in-65536-text',
  '5.5.2-flood-1000-of-4',
  '5.6-binary-of-1-mib',
  '5.6-text-chopped-by-2048',
  '8.1-early-5000',
  '8.1-behind-70000-eda080-in-two',
  '10.4-65536-text-passed',
  '7692-echo-only-client-window-9',
  '7692-echo-preset-stateless',
  '7692-echo-256-window-9-no-takeover',
  '7692-window-13-reaches-back',
];

/** Whether a case is in the sample; the same ones always are. Vectors are left to those who ask for them. */
function isIn({ id, big }: Case): boolean {
  if (big === true) return LONGER.includes(id);
  if (id.includes('-vector-')) return false;
  return new Random(0, id).below(id.startsWith('5.4-order-') ? ONE_OF_ORDERS : ONE_OF) === 0;
}

/** What `npm test` runs of the suite. */
export const SAMPLE: readonly Case[] = CASES.filter(isIn);
export const VECTORS: readonly Case[] = CASES.filter(({ id }) => id.includes('-vector-'));
