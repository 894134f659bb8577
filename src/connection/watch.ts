import type { Traffic } from '../protocol/traffic.js';
import type { Closer } from './closer.js';
import type { KeepAliveOwner } from './keep-alive.js';
import type { ConnectionProfile } from './profile.js';

/** Looks after a connection while it is open. */
export interface Watch {
  stop(): void;
}

/** What those who look after a connection ask of it. */
export interface WatchOwner extends KeepAliveOwner {
  readonly profile: ConnectionProfile;
  readonly closer: Pick<Closer, 'close' | 'expire' | 'violated'>;
  readonly pump: {
    readonly counts: Traffic;
    /** Whether a frame, or a message, has begun to come and has not ended. */
    readonly unfinished: boolean;
  };
  readonly out: { readonly sender: { readonly traffic: Traffic } };
}
