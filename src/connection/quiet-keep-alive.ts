import type { TimeoutError } from '../protocol/errors.js';
import type { Cancel, Clock } from './clock.js';
import { KeepAlive, type KeepAliveOwner, type ResolvedKeepAlive } from './keep-alive.js';
import type { Watch, WatchOwner } from './watch.js';

/** A {@link KeepAlive} whose own Pings, and the Pongs to them, are told from what else passes: they are no use of the connection. */
export class QuietKeepAlive implements KeepAliveOwner, Watch {
  /** Frames that keep-alive has exchanged. */
  frames = 0;
  readonly #owner: WatchOwner;
  readonly #keepAlive: KeepAlive;

  constructor(owner: WatchOwner) {
    this.#owner = owner;
    this.#keepAlive = new KeepAlive(this);
  }

  get clock(): Clock {
    return this.#owner.clock;
  }

  get keepAliveOptions(): ResolvedKeepAlive {
    return this.#owner.keepAliveOptions;
  }

  get holding(): boolean {
    return this.#owner.holding;
  }

  takeTraffic(): boolean {
    return this.#owner.takeTraffic();
  }

  sendPing(payload: Uint8Array, onPong: () => void): Cancel | undefined {
    const { traffic } = this.#owner.out.sender;
    const before = traffic.frames;
    const forget = this.#owner.sendPing(payload, () => {
      this.frames++;
      onPong();
    });
    this.frames += traffic.frames - before;
    return forget;
  }

  onSilence(error: TimeoutError): void {
    this.#owner.onSilence(error);
  }

  nextTurn(task: () => void): void {
    this.#owner.nextTurn(task);
  }

  stop(): void {
    this.#keepAlive.stop();
  }
}
