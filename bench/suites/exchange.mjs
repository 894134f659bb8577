import { Child, Core } from '../lib/child.mjs';
import { nodeArgsOf } from '../lib/node-arguments.mjs';
import { measure } from '../lib/rounds.mjs';

const KINDS = ['rxwire', 'ws', 'net'];

/** Servers under load: echo, receive only, send only. Each server is fresh, so that no scenario leaves another its types. */
export async function exchange(scenario, { rounds, repeats, roundMs, profile, bare }) {
  const load = new Child('load/load.mjs', { core: Core.load, scenario });
  const servers = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      new Child(`servers/${kind}.mjs`, {
        core: Core.measured,
        scenario,
        nodeArgs: nodeArgsOf(kind, { profile, bare }),
      }),
    ]),
  );
  try {
    for (const kind of KINDS) {
      const port = await servers[kind].ask('start');
      await load.ask('open', { kind, port });
    }
    return await measure({
      kinds: KINDS,
      rounds,
      repeats,
      run: async (kind) => {
        await load.ask('renew', { kind });
        const before = await servers[kind].ask('cpu');
        const sample = await load.ask('run', { kind, amount: roundMs });
        const after = await servers[kind].ask('cpu');
        return { ...sample, cpuMicros: after - before };
      },
    });
  } finally {
    await Promise.all([load, ...Object.values(servers)].map((child) => child.end()));
  }
}
