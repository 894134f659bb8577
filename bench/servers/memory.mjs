import { setTimeout as wait } from 'node:timers/promises';

/** What this process holds, after its garbage has gone. */
export async function memory() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await wait(50);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, objects: heapUsed + external };
}
