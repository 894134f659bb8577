import { type Channel, channel } from 'node:diagnostics_channel';
import type { Observable } from 'rxjs';
import type { CloseInfo } from '../protocol/closing-handshake.js';
import type { HandshakeError } from '../protocol/errors.js';
import type { Frame } from '../protocol/frame.js';
import type { Connection } from './connection.js';

/**
 * What is published through `node:diagnostics_channel`, by the name of the channel. Without subscribers nothing is made, and nothing is
 * asked for a message or a frame.
 */
export interface DiagnosticsEvents {
  /** A connection is made, of either role. Nothing has been read yet, and those who wait for it have not been told. */
  readonly 'rxwire:connection:open': { readonly connection: Connection<unknown> };
  /** A connection has closed, however. */
  readonly 'rxwire:connection:close': { readonly connection: Connection<unknown>; readonly info: CloseInfo };
  /** A connection has failed, with the `cause` of its CloseInfo; `rxwire:connection:close` follows. */
  readonly 'rxwire:connection:error': { readonly connection: Connection<unknown>; readonly error: Error };
  /** A server has refused a request: what `rejections$` tells, and from where it came, where that is known. */
  readonly 'rxwire:handshake:refused': {
    readonly error: HandshakeError;
    readonly remoteAddress: string | undefined;
  };
  /**
   * A frame was received or sent, as `frames$` and `sentFrames$` show it: only of connections that were opened while this channel had
   * a subscriber.
   */
  readonly 'rxwire:frame': {
    readonly connection: Connection<unknown>;
    readonly direction: 'received' | 'sent';
    readonly frame: Frame;
  };
}

function named<Name extends keyof DiagnosticsEvents>(name: Name): Channel<unknown, DiagnosticsEvents[Name]> {
  return channel(name) as Channel<unknown, DiagnosticsEvents[Name]>;
}

const OPEN = named('rxwire:connection:open');
const CLOSE = named('rxwire:connection:close');
const ERROR = named('rxwire:connection:error');
const REFUSED = named('rxwire:handshake:refused');
const FRAME = named('rxwire:frame');

/** A connection is made. */
export function publishOpen(connection: Connection<unknown>): void {
  if (OPEN.hasSubscribers) OPEN.publish({ connection });
  if (!FRAME.hasSubscribers) return;
  publishFrames(connection, 'received', connection.frames$);
  publishFrames(connection, 'sent', connection.sentFrames$);
}

/** A connection has closed. */
export function publishClose(connection: Connection<unknown>, info: CloseInfo): void {
  const { cause: error } = info;
  if (error !== undefined && ERROR.hasSubscribers) ERROR.publish({ connection, error });
  if (CLOSE.hasSubscribers) CLOSE.publish({ connection, info });
}

/** A request was refused. @param remoteAddress - Asked for only when somebody wants it. */
export function publishRefused(error: HandshakeError, remoteAddress: () => string | undefined): void {
  if (REFUSED.hasSubscribers) REFUSED.publish({ error, remoteAddress: remoteAddress() });
}

function publishFrames(
  connection: Connection<unknown>,
  direction: 'received' | 'sent',
  frames$: Observable<Frame>,
): void {
  const watching = frames$.subscribe((frame) => {
    if (FRAME.hasSubscribers) FRAME.publish({ connection, direction, frame });
    // Whoever looked on has left: a tap costs a copy of every frame.
    else watching.unsubscribe();
  });
}
