import type { CloseInfo } from '../protocol/closing-handshake.js';
import type { Logger } from './logger.js';

/** A connection, as a line of the log tells of it. */
interface Subject {
  readonly id: string;
  readonly remoteAddress: string | undefined;
}

/** Writes a line about a connection, where lines of this level are wanted: the id is made when it is asked for. */
export function logAbout(
  subject: Subject,
  logger: Logger,
  level: keyof Logger,
  message: string,
  error?: unknown,
): void {
  if (logger[level] === undefined) return;
  const { id: connection, remoteAddress } = subject;
  logger[level](message, {
    connection,
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(error !== undefined && { error }),
  });
}

/** Tells, where such lines are wanted, how a connection has closed. */
export function logClosed(subject: Subject, logger: Logger, info: CloseInfo): void {
  if (logger.debug === undefined) return;
  const how = info.wasClean ? 'clean' : 'not clean';
  logAbout(subject, logger, 'debug', `closed with ${String(info.code)} by ${info.initiator}, ${how}`);
}
