import { randomInt } from 'node:crypto';
import { CloseCode } from '../protocol/close-code.js';
import type { Watch, WatchOwner } from './watch.js';
import { Wheel, type WheelMember, type WheelPlace } from './wheel.js';

/** What part of its time a connection has at least, and at most: the wheel puts off the latter by a sixteenth. */
const LEAST = 0.8;
const MOST = 0.94;
/** Steps of chance between the two. */
const STEPS = 1 << 20;

/** Closes a connection when it has been open for long enough. Those that came together do not go together. */
export class Lifetime implements WheelMember, Watch {
  readonly #owner: WatchOwner;
  #place: WheelPlace | undefined;

  constructor(owner: WatchOwner, limitMs: number) {
    this.#owner = owner;
    const part = LEAST + ((MOST - LEAST) * randomInt(STEPS)) / STEPS;
    this.#place = Wheel.of(owner.clock).add(this, limitMs * part);
  }

  stop(): void {
    Wheel.of(this.#owner.clock).remove(this, this.#place);
    this.#place = undefined;
  }

  wake(): void {
    this.#owner.closer.close({ code: CloseCode.goingAway, reason: 'the connection has had its time' });
  }
}
