import type { ServerOptions, Settings } from 'node:http2';

/** Octets of a request's header fields, as for HTTP/1.1. Node takes more in spite of the setting. */
export const MAX_HEAD_BYTES: number = 16 * 1024;

const SETTINGS: Settings = {
  enableConnectProtocol: true,
  /** Connections in one session, and requests. */
  maxConcurrentStreams: 1000,
  maxHeaderListSize: MAX_HEAD_BYTES,
};

/** How HTTP/2 is set up in a server of ours. What is not here is as Node has it, such as 10 MB of memory for a session. */
export const HTTP2_LIMITS: ServerOptions = {
  settings: SETTINGS,
  // Twice what is refused with a reason: above this Node resets the stream.
  maxHeaderListPairs: 256,
};

/** What a client may send in one session before it has room again, for all its streams together. */
export const SESSION_WINDOW_BYTES: number = 1024 * 1024;
