import { type Case, type Role, ROLES, type Segmentation, type TransportName } from './case.js';
import { brokenPayloads } from './cases/broken-payloads.js';
import { closeCodes, closeFrames } from './cases/close-frames.js';
import { closing } from './cases/closing.js';
import { compressedEchoes } from './cases/compressed-echoes.js';
import { compressedFrames } from './cases/compressed-frames.js';
import { compressedLimits } from './cases/compressed-limits.js';
import { compressedPayloads } from './cases/compressed-payloads.js';
import { controlFrames } from './cases/control-frames.js';
import { fragmentOrders } from './cases/fragment-orders.js';
import { fragmentation } from './cases/fragmentation.js';
import { framing } from './cases/framing.js';
import { limits } from './cases/limits.js';
import { masking } from './cases/masking.js';
import { pings, pongs } from './cases/pings.js';
import { dataFrames } from './cases/sizes.js';
import { utf8 } from './cases/text.js';
import { vectors } from './cases/vectors.js';
import type { Run } from './trial.js';

/** Every case there is. */
export const CASES: readonly Case[] = [
  ...masking,
  ...framing,
  ...fragmentation,
  ...fragmentOrders,
  ...controlFrames,
  ...closeFrames,
  ...pings,
  ...pongs,
  ...dataFrames,
  ...closing,
  ...closeCodes,
  ...utf8,
  ...limits,
  ...compressedFrames,
  ...compressedPayloads,
  ...brokenPayloads,
  ...compressedLimits,
  ...compressedEchoes,
  ...vectors,
];

const SEGMENTATIONS: readonly Segmentation[] = ['whole', 'bytes', 'random'];

/** Which of the runs are wanted; default all. */
export interface Choice {
  /** What the ids begin with. */
  readonly only?: readonly string[];
  readonly role?: Role;
  readonly transport?: TransportName;
  readonly segmentation?: Segmentation;
}

/** The runs of some cases, over these transports. */
export function* runsOf(
  cases: readonly Case[],
  transports: readonly TransportName[],
  seed: number,
  choice: Choice = {},
): Generator<Run> {
  for (const one of cases) {
    if (choice.only?.every((beginning) => !one.id.startsWith(beginning))) continue;
    for (const role of one.roles ?? ROLES) {
      if (choice.role !== undefined && choice.role !== role) continue;
      for (const transport of transports) {
        if (choice.transport !== undefined && choice.transport !== transport) continue;
        if (one.transports?.includes(transport) === false) continue;
        for (const segmentation of one.segmentations ?? SEGMENTATIONS) {
          if (choice.segmentation !== undefined && choice.segmentation !== segmentation) continue;
          yield { case: one, role, transport, segmentation, seed };
        }
      }
    }
  }
}

/** What a run is called where it failed: enough to repeat it. */
export function nameOf({ case: one, role, transport, segmentation, seed }: Run): string {
  return `${one.id} --role ${role} --transport ${transport} --segmentation ${segmentation} --seed ${seed}`;
}
