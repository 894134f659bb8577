// How much of the two cores other processes take: under theirs, a load comes late and figures shift.
import { readFileSync } from 'node:fs';
import { Core, pinning } from './child.mjs';

/** Milliseconds of a tick of /proc/stat: USER_HZ is 100 on every Linux. */
const TICK_MS = 10;

/** Milliseconds for which each of the two cores has worked since the machine was started. */
function busyMs() {
  const lines = readFileSync('/proc/stat', 'latin1').split('\n');
  return [Core.measured, Core.load].map((core) => {
    const [, user, nice, system, , , irq, softirq, steal] = lines
      .find((some) => some.startsWith(`cpu${core} `))
      .split(/\s+/)
      .map(Number);
    return (user + nice + system + irq + softirq + steal) * TICK_MS;
  });
}

function readable() {
  try {
    return pinning && busyMs().every((ms) => ms >= 0);
  } catch {
    return false;
  }
}

const canLook = readable();

/**
 * Runs `task`, whose sample says how much processor time is ours, and adds the share of the busier core that was not.
 *
 * @template {{ cpuMicros: number, loadMicros?: number, wallMs: number }} Sample
 * @param {() => Promise<Sample>} task
 * @returns {Promise<Sample & { strangers: number }>} 0 where the system does not tell.
 */
export async function withStrangers(task) {
  if (!canLook) return { ...(await task()), strangers: 0 };
  const began = performance.now();
  const before = busyMs();
  const sample = await task();
  const after = busyMs();
  const wallMs = performance.now() - began;
  const ours = [sample.cpuMicros, sample.loadMicros ?? 0].map((micros) => micros / 1e3);
  // The orchestrator itself and the tick's resolution show up here, too.
  const shares = ours.map((ms, core) => Math.max(0, after[core] - before[core] - ms - TICK_MS) / wallMs);
  return { ...sample, strangers: Math.max(...shares) };
}
