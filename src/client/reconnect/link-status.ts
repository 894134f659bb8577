/**
 * Where a client that reconnects is.
 *
 * Attempts are counted from 1, and from 1 again once a connection has stayed up for `resetAfterMs`. `delayMs` is `Infinity` while the
 * option `online` says that there is no network. `cause` is why the last attempt or connection ended; it is missing in `'closed'` when
 * somebody wanted that.
 */
export type LinkStatus =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'open' }
  | {
      readonly state: 'waiting';
      readonly attempt: number;
      readonly delayMs: number;
      readonly cause: Error;
    }
  | { readonly state: 'closed'; readonly cause?: Error };
