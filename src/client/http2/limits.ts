import type { ClientSessionOptions } from 'node:http2';

/** What the server may send before this side has read it, on the stream and in its session. Where a connection's own bound lies by default, too. */
export const WINDOW_BYTES: number = 256 * 1024;

/**
 * How HTTP/2 is set up in a client, for one stream in a session. What is not here is as Node has it, such as 10 MB of memory for a session of what is
 * not the connection's own.
 */
export const CLIENT_LIMITS: Pick<ClientSessionOptions, 'settings' | 'maxHeaderListPairs'> = Object.freeze({
  settings: Object.freeze({
    enablePush: false,
    initialWindowSize: WINDOW_BYTES,
    maxHeaderListSize: 16 * 1024,
  }),
  // Twice what is refused with a reason: above this Node resets the stream.
  maxHeaderListPairs: 256,
});
