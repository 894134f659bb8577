import {
  CONNECTION_CHECKS,
  type ConnectionOptions,
  resolveConnectionOptions,
  type ResolvedConnectionOptions,
} from '../../connection/options.js';
import { type ConnectionProfile, connectionProfile } from '../../connection/profile.js';
import { type Checks, checkOptions, flag, milliseconds } from '../../protocol/option-checks.js';

/**
 * Options of a single connection, each in place of the server's. Time, and what is at work outside of the event loop, belong to the server.
 *
 * They are read once for each object, and what comes of them is kept with it: keep one for each kind of client, rather than make one for
 * each connection.
 */
export interface ConnectionOverrides extends Omit<ConnectionOptions, 'scheduler' | 'maxConcurrentInflate'> {
  /** False lets frames of this client pass that are not masked. For tests. */
  readonly requireMasked?: boolean;
  /** Milliseconds after which this connection is closed with 1001, or a fifth of them before. */
  readonly maxLifetimeMs?: number;
}

const { scheduler: _scheduler, maxConcurrentInflate: _most, ...OWN } = CONNECTION_CHECKS;
const CHECKS: Checks = Object.freeze({ ...OWN, requireMasked: flag, maxLifetimeMs: milliseconds });

/** What connections are like that `authorize` has given options of their own. */
export class OverriddenProfiles {
  readonly #given: ConnectionOptions & { readonly requireMasked?: boolean };
  readonly #profile: ConnectionProfile;
  readonly #profiles: WeakMap<object, ConnectionProfile> = new WeakMap();

  /**
   * @param given - The server's options as they were given.
   * @param profile - What they have come to.
   */
  constructor(given: ConnectionOptions & { readonly requireMasked?: boolean }, profile: ConnectionProfile) {
    this.#given = given;
    this.#profile = profile;
  }

  /** @throws TypeError or RangeError for a wrong option. */
  profileFor(overrides: ConnectionOverrides | undefined): ConnectionProfile {
    if (overrides === undefined) return this.#profile;
    let profile = this.#profiles.get(overrides);
    if (profile === undefined) {
      checkOptions(overrides, CHECKS, 'decision.options.');
      profile = connectionProfile('server', this.#resolve(overrides), this.#profile.turns);
      this.#profiles.set(overrides, profile);
    }
    return profile;
  }

  #resolve(overrides: ConnectionOverrides): ResolvedConnectionOptions {
    const said = Object.entries(overrides).filter(([, value]) => value !== undefined);
    const options = { ...this.#given, ...(Object.fromEntries(said) as ConnectionOverrides) };
    const { zlibLanes, requireMasked, maxLifetimeMs } = this.#profile.options;
    return {
      ...this.#profile.options,
      ...resolveConnectionOptions(options, 'server', zlibLanes),
      requireMasked: overrides.requireMasked ?? requireMasked ?? true,
      maxLifetimeMs: overrides.maxLifetimeMs ?? maxLifetimeMs ?? Infinity,
    };
  }
}
