/** Where the library says what nobody asked for and somebody should know. Texts hold no payload and no secret. */
export interface Logger {
  debug?(message: string, details: LogDetails): void;
  info?(message: string, details: LogDetails): void;
  warn?(message: string, details: LogDetails): void;
  error?(message: string, details: LogDetails): void;
}

/** What a line of the log is about. */
export interface LogDetails {
  /** The id of the connection, where there is one. */
  readonly connection?: string;
  readonly error?: unknown;
}

/** Warnings and errors go to the console, the rest nowhere. */
/* eslint-disable no-console -- this is where the console is meant */
export const consoleLogger: Logger = {
  warn: (message, details) => {
    console.warn(line(message, details));
  },
  error: (message, details) => {
    if (details.error === undefined) console.error(line(message, details));
    else console.error(line(message, details), details.error);
  },
};
/* eslint-enable no-console */

function line(message: string, { connection }: LogDetails): string {
  return connection === undefined ? `rxwire: ${message}` : `rxwire: ${message} (connection ${connection})`;
}
