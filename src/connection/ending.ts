import type { Closer } from './closer.js';
import type { Cancel } from './clock.js';
import type { Inbox } from './inbox.js';
import type { ConnectionProfile } from './profile.js';
import { Hold, type Pump } from './pump.js';

/** What an {@link Ending} asks of its connection. */
export interface EndingOwner {
  readonly profile: ConnectionProfile;
  readonly pump: Pump;
  readonly inbox: Inbox;
  readonly closer: Closer;
  /** Whether the peer is held back for somebody who takes messages. */
  readonly draining: boolean;
  onInputEnd(error: undefined): void;
}

/** What is waited for at the end of a connection: bytes that are not decoded, and messages that nobody has taken. Each has its time. */
export class Ending {
  readonly #owner: EndingOwner;
  #inputEnded = false;
  /** Set when the transport is gone. */
  #transport: { readonly error: Error | undefined } | undefined;
  #cancelDrain: Cancel | undefined;
  #cancelStuck: Cancel | undefined;

  constructor(owner: EndingOwner) {
    this.#owner = owner;
  }

  /** Everything that came has been decoded, as far as it will be. */
  inputEnded(): void {
    this.#inputEnded = true;
    this.#endIfGone();
  }

  transportClosed(error: Error | undefined): void {
    this.#transport = { error };
    if (!this.#inputEnded) {
      // Undecoded bytes wait behind what is held; they do not wait for ever.
      this.#drainFor(() => {
        this.drop();
        if (this.#owner.pump.waitsForExtension) this.#giveUpInput();
      });
    }
    this.#endIfGone();
  }

  /** The connection has closed. */
  closed(): void {
    this.#cancelStuck?.();
    this.#cancelDrain?.();
  }

  /** From now on messages can be taken for a while. Then the rest is dropped, and `onCut` told how many they were. */
  drain(onCut: (messages: number) => void): void {
    this.#drainFor(() => {
      const cut = this.#owner.inbox.cut();
      if (cut > 0) onCut(cut);
    });
  }

  /** Everything has been taken. */
  drained(): void {
    this.#cancelDrain?.();
    this.#cancelDrain = undefined;
  }

  /** Those who are taking messages one by one still hold the peer back, for as long as they get on. */
  leaveWhenStuck(): void {
    const { inbox, profile } = this.#owner;
    const { taken } = inbox;
    this.#cancelStuck?.();
    this.#cancelStuck = profile.clock.after(profile.options.dropTimeoutMs, () => {
      if (!this.#owner.draining || inbox.taken > taken) this.leaveWhenStuck();
      else this.drop();
    });
  }

  /** The peer is not held back any more: what does not fit the window is dropped. */
  drop(): void {
    this.#owner.inbox.leaving = true;
    this.#owner.pump.readOn();
    this.#owner.pump.release(Hold.window);
  }

  #drainFor(task: () => void): void {
    const { clock, options } = this.#owner.profile;
    this.#cancelDrain = clock.after(options.drainTimeoutMs, task);
  }

  /** An extension has had its time: what it was given is dropped, and so is what waits behind. */
  #giveUpInput(): void {
    this.#owner.inbox.unsubscribe();
    this.#owner.onInputEnd(undefined);
  }

  #endIfGone(): void {
    if (this.#transport === undefined || !this.#inputEnded) return;
    this.#cancelDrain?.();
    this.#owner.closer.transportClosed(this.#transport.error);
  }
}
