import { caught } from '../operators/caught.js';

/**
 * Where the library says what nobody asked for and somebody should know. Texts hold no payload and no secret. Every line about a connection
 * has its id, and every line about a request the address it came from, in the second argument.
 */
export interface Logger {
  /** A connection was opened, or has closed. */
  debug?(message: string, details: LogDetails): void;
  /** A server listens, or has closed. */
  info?(message: string, details: LogDetails): void;
  /** A peer or a request is not what was expected, or something is lost: a page of another origin, messages that nobody took. */
  warn?(message: string, details: LogDetails): void;
  /** Code of yours has failed, or the system has. */
  error?(message: string, details: LogDetails): void;
}

/** What a line of the log is about. */
export interface LogDetails {
  /** The id of the connection, where there is one. */
  readonly connection?: string;
  /** The address of the peer, where there is one, and while the socket knows it. */
  readonly remoteAddress?: string;
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

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A logger whose failures are its own: what it throws, or its promise is rejected with, goes to the console, and nothing else ends with it. */
export function guarded(logger: Logger): Logger {
  if (logger === consoleLogger) return logger;
  const guard = (level: keyof Logger): Logger => ({
    [level]: (message: string, details: LogDetails): void => {
      const failed = (error: unknown): void => {
        consoleLogger.error?.(`the logger failed at "${message}"`, { ...details, error });
      };
      try {
        caught(logger[level]?.(message, details), failed);
      } catch (error) {
        failed(error);
      }
    },
  });
  const levels = LEVELS.filter((level) => logger[level] !== undefined);
  return Object.assign({}, ...levels.map(guard)) as Logger;
}

function line(message: string, { connection, remoteAddress }: LogDetails): string {
  const about = [
    ...(connection === undefined ? [] : [`connection ${connection}`]),
    ...(remoteAddress === undefined ? [] : [`from ${remoteAddress}`]),
  ].join(' ');
  return about === '' ? `rxwire: ${message}` : `rxwire: ${message} (${about})`;
}
