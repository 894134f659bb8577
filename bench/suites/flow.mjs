import { Child, Core } from '../lib/child.mjs';

/** How long one of them may take. */
const LIMIT_MS = 240_000;

/** What rxwire holds while more flows through it than it could hold. No other library here does the same. */
export async function flow(scenario, { quick }) {
  const amount = quick ? scenario.amount / 8 : scenario.amount;
  const load = new Child('load/load.mjs', { core: Core.load, scenario });
  const server = new Child('servers/rxwire.mjs', {
    core: Core.measured,
    scenario,
    nodeArgs: ['--expose-gc'],
  });
  try {
    const port = await server.ask('start');
    await load.ask('open', { kind: 'rxwire', port });
    // Code, pools and the heap's first sizes are there before the first look.
    await load.ask('run', { kind: 'rxwire', amount: scenario.warmUp }, LIMIT_MS);
    const before = await server.ask('memory');
    await server.ask('watch');
    const { wallMs } = await load.ask('run', { kind: 'rxwire', amount }, LIMIT_MS);
    const { peak, held } = await server.ask('watched');
    return { rxwire: { bytes: Math.max(0, peak - before.rss), held, perSecond: (amount / wallMs) * 1000 } };
  } finally {
    await Promise.all([load.end(), server.end()]);
  }
}
