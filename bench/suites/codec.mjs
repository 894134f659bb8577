import { Child, Core } from '../lib/child.mjs';
import { nodeArgsOf } from '../lib/node-arguments.mjs';
import { measure } from '../lib/rounds.mjs';

const KINDS = ['rxwire', 'ws'];

/** Decoding and encoding alone: no sockets. */
export async function codec(scenario, { rounds, repeats, roundMs, profile, bare }) {
  const coders = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      new Child(`codecs/${kind}.mjs`, {
        core: Core.measured,
        scenario,
        nodeArgs: nodeArgsOf(kind, { profile, bare }),
      }),
    ]),
  );
  try {
    return await measure({
      kinds: KINDS,
      rounds,
      repeats,
      run: (kind) => coders[kind].ask('run', { ms: roundMs }),
    });
  } finally {
    await Promise.all(Object.values(coders).map((coder) => coder.end()));
  }
}
