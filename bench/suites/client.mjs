import { Child, Core } from '../lib/child.mjs';
import { nodeArgsOf } from '../lib/node-arguments.mjs';
import { measure } from '../lib/rounds.mjs';

const KINDS = ['rxwire', 'ws', 'net'];

/** Clients against a raw server: receive only, and echo. A scenario may name a `rival` that stands where ws does. */
export async function client(scenario, { rounds, repeats, roundMs, profile, bare }) {
  const blaster = new Child('load/blaster.mjs', { core: Core.load, scenario });
  const clients = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      new Child(`clients/${kind === 'ws' ? (scenario.rival ?? kind) : kind}.mjs`, {
        core: Core.measured,
        scenario,
        nodeArgs: nodeArgsOf(kind, { profile, bare }),
      }),
    ]),
  );
  const talk = async (kind) => {
    if (scenario.mode === 'exchange') return clients[kind].ask('exchange', { ms: roundMs });
    const counted = clients[kind].ask('receive');
    const sent = await blaster.ask('blast', { kind, ms: roundMs });
    const messages = await counted;
    if (messages !== sent) throw new Error(`${kind} counted ${messages} messages of ${sent}`);
    return messages;
  };
  try {
    const port = await blaster.ask('start');
    for (const kind of KINDS) await clients[kind].ask('renew', { port });
    return await measure({
      kinds: KINDS,
      rounds,
      repeats,
      run: async (kind) => {
        await clients[kind].ask('renew', { port });
        const before = await clients[kind].ask('cpu');
        await blaster.ask('used');
        const began = performance.now();
        const messages = await talk(kind);
        const wallMs = performance.now() - began;
        const loadMicros = await blaster.ask('used');
        const cpuMicros = (await clients[kind].ask('cpu')) - before;
        return { messages, cpuMicros, wallMs, loadMicros };
      },
    });
  } finally {
    await Promise.all([blaster, ...Object.values(clients)].map((child) => child.end()));
  }
}
