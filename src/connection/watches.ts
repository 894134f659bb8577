import { CloseCode } from '../protocol/close-code.js';
import { KeepAlive } from './keep-alive.js';
import { Lifetime } from './lifetime.js';
import { QuietKeepAlive } from './quiet-keep-alive.js';
import { Stillness } from './stillness.js';
import type { Watch, WatchOwner } from './watch.js';

/** Begins to look after a connection, as its options say. Undefined where nobody is to. */
export function watchesOf(owner: WatchOwner): Watch | undefined {
  const { keepAlive, idleTimeoutMs, messageTimeoutMs, maxLifetimeMs = Infinity } = owner.profile.options;
  if (Math.min(idleTimeoutMs, messageTimeoutMs, maxLifetimeMs) === Infinity) {
    return keepAlive === false ? undefined : new KeepAlive(owner);
  }
  const pinging = keepAlive === false ? undefined : new QuietKeepAlive(owner);
  const watches: Watch[] = pinging === undefined ? [] : [pinging];
  if (idleTimeoutMs !== Infinity) watches.push(idleness(owner, idleTimeoutMs, pinging));
  if (messageTimeoutMs !== Infinity) watches.push(slowness(owner, messageTimeoutMs));
  if (maxLifetimeMs !== Infinity) watches.push(new Lifetime(owner, maxLifetimeMs));
  return new Watches(watches);
}

/** Closes a connection over which nothing passes but keep-alive. */
function idleness(owner: WatchOwner, limitMs: number, pinging: QuietKeepAlive | undefined): Watch {
  const received = owner.pump.counts;
  const sent = owner.out.sender.traffic;
  return new Stillness(owner, {
    option: 'idleTimeoutMs',
    limitMs,
    what: 'nothing came or was sent',
    mark: () =>
      received.payloadOctets + received.frames + sent.payloadOctets + sent.frames - (pinging?.frames ?? 0),
    expire: (error) => {
      owner.closer.expire(error, CloseCode.goingAway);
    },
  });
}

/** Closes a connection whose peer has begun a message and does not come to its end: Pings in between do not help it. */
function slowness(owner: WatchOwner, limitMs: number): Watch {
  const { pump } = owner;
  return new Stillness(owner, {
    option: 'messageTimeoutMs',
    limitMs,
    what: 'a message that had begun did not come whole',
    mark: () => (pump.unfinished ? pump.counts.messages : undefined),
    expire: (error) => {
      owner.closer.violated(error, CloseCode.policyViolation);
    },
  });
}

/** Several of them as one. */
class Watches implements Watch {
  readonly #watches: readonly Watch[];

  constructor(watches: readonly Watch[]) {
    this.#watches = watches;
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop();
  }
}
