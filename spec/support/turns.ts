/** Resolves in the next turn of the event loop, after what could be read has been. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets `count` turns pass. */
export async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

const WATCHDOG_MS = 10_000;
/** Kept, because a spec may put a clock of its own in its place. */
const now = performance.now.bind(performance);

/** Resolves once `holds` is true, looking every turn; rejects after 10 s. Waits for what has no event of its own. */
export async function until(holds: () => boolean, what = String(holds)): Promise<void> {
  const began = now();
  while (!holds()) {
    if (now() - began > WATCHDOG_MS) throw new Error(`never came true: ${what}`);
    await nextTurn();
  }
}
