/** Nothing may be waited for so long. */
export const PATIENCE_MS = 10_000;

/** What somebody waits for did not come. */
export class Complaint extends Error {}

interface Waiting {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

/** Waits for things that some event will bring: `notify` is to be called after each. */
export class Signal {
  readonly #waiting: Set<Waiting> = new Set();

  notify(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.holds()) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  /** @param what - Said in the complaint when it never comes true. */
  async until(holds: () => boolean, what: () => string): Promise<void> {
    if (holds()) return;
    let watchdog: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const waiting = { holds, resolve };
      this.#waiting.add(waiting);
      watchdog = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Complaint(what()));
      }, PATIENCE_MS);
    });
    clearTimeout(watchdog);
  }
}
