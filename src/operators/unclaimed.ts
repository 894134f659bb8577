/** Where it is said that errors go nowhere. A connection's `Logger` is one. */
export interface WarningLogger {
  warn?(message: string, details: { readonly error?: unknown }): void;
}

const consoleWarnings: WarningLogger = {
  warn: (message) => {
    // eslint-disable-next-line no-console -- this is where the console is meant
    console.warn(`rxwire: ${message}`);
  },
};

/**
 * Errors that nobody takes: the first of them is logged, since silence would hide a fault; more are not, since a peer would fill the log.
 */
export class Unclaimed {
  readonly #logger: WarningLogger;
  #said = false;

  constructor(logger: WarningLogger = consoleWarnings) {
    this.#logger = logger;
  }

  /** @param where - What takes such errors, in words. */
  report(what: string, where: string, error: unknown): void {
    if (this.#said) return;
    this.#said = true;
    this.#logger.warn?.(`${what}; nobody takes such errors (${where} does), more of them are not logged`, {
      error,
    });
  }
}
