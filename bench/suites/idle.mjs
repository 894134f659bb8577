import { spawnSync } from 'node:child_process';
import { Child, Core } from '../lib/child.mjs';
import { median, quantile } from '../lib/stats.mjs';

const KINDS = ['rxwire', 'ws', 'net'];
/**
 * Opened and ended before the first look, so that code and pools are there already. What they leave free is used again, and counts
 * for less: where a connection takes much, it has to be few of them, with more messages for each.
 */
const WARM_UP = Object.freeze({ connections: 300 });
/** Files of a process that are not connections, generously. */
const OTHER_FILES = 200;

/** How many connections the limit of open files allows, at most `wanted`. */
function affordable(wanted) {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' });
  const limit = Number(stdout);
  return Number.isInteger(limit) ? Math.min(wanted, limit - OTHER_FILES - WARM_UP.connections) : wanted;
}

/** Bytes that a server holds for each connection that was used once and now is idle. Every repeat has fresh processes. */
export async function idle(scenario, { rounds, quick }) {
  const connections = affordable(quick ? scenario.connections / 5 : scenario.connections);
  const repeats = Math.min(rounds, quick ? 1 : 3);
  const samples = Object.fromEntries(KINDS.map((kind) => [kind, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let i = 0; i < KINDS.length; i++) {
      const kind = KINDS[(repeat + i) % KINDS.length];
      samples[kind].push(await once(scenario, kind, connections));
    }
  }
  return ['rss', 'objects'].map((what) => ({
    scenario: { ...scenario, name: `${scenario.names[what]}, ${connections} idle conn.` },
    row: Object.fromEntries(KINDS.map((kind) => [kind, cell(samples, kind, what)])),
  }));
}

function cell(samples, kind, what) {
  const bytes = samples[kind].map((sample) => sample[what]);
  const ratios = bytes.map((some, repeat) => some / samples.ws[repeat][what]);
  return {
    bytes: median(bytes),
    ratio: median(bytes) / median(samples.ws.map((sample) => sample[what])),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

async function once(scenario, kind, connections) {
  const load = new Child('load/load.mjs', { core: Core.load, scenario });
  const nodeArgs = ['--expose-gc'];
  const server = new Child(`servers/${kind}.mjs`, { core: Core.measured, scenario, nodeArgs });
  try {
    const port = await server.ask('start');
    await load.ask('open', { kind, port });
    const warmUp = scenario.warmUp ?? WARM_UP;
    await load.ask('run', { kind, amount: warmUp.connections, messages: warmUp.messages });
    await load.ask('close', { kind });
    const before = await server.ask('memory');
    await load.ask('run', { kind, amount: connections });
    const after = await server.ask('memory');
    return {
      rss: (after.rss - before.rss) / connections,
      objects: (after.objects - before.objects) / connections,
    };
  } finally {
    await Promise.all([load.end(), server.end()]);
  }
}
