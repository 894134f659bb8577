import { connectionProfile } from '../../src/connection/profile.js';
import { type ConnectionOptions, resolveConnectionOptions } from '../../src/connection/options.js';
import type { Turns } from '../../src/connection/turns.js';
import { WayOut } from '../../src/connection/way-out.js';
import type { LimitError } from '../../src/index.js';
import { FakeTransport } from '../support/fake-transport.js';
import { type WireFrame, WireReader } from 'rxwire/testing';

/** The way out of a connection by itself, over a transport that takes when it is told to, in turns that end when they are told to. */
export class WayOutByHand {
  readonly transport: FakeTransport = new FakeTransport();
  readonly overflows: LimitError[] = [];
  readonly failures: Error[] = [];
  readonly out: WayOut;
  readonly #due: (() => void)[] = [];

  constructor(options: ConnectionOptions, role: 'client' | 'server' = 'server') {
    this.transport.takes = false;
    const turns: Turns = {
      soon: (task) => void this.#due.push(task),
      nextTurn: (task) => void this.#due.push(task),
      endOfTurn: (task, subject) => void this.#due.push(() => task(subject)),
    };
    const profile = connectionProfile(role, resolveConnectionOptions(options, role), turns);
    this.out = new WayOut(profile, this.transport, undefined, {
      open: true,
      onOverflow: (error) => void this.overflows.push(error),
      onWritable: () => undefined,
      onExtensionFailure: (error) => void this.failures.push(error),
      onAborted: (error) => void this.failures.push(error),
    });
  }

  /** The turn of the event loop ends. */
  endTurn(): void {
    for (let task = this.#due.shift(); task !== undefined; task = this.#due.shift()) task();
  }

  /** Octets that the operating system has. */
  get takenBytes(): number {
    return this.transport.written.length - this.transport.bufferedBytes;
  }

  /** Everything goes on until nothing is left. */
  drain(): void {
    this.endTurn();
    while (this.transport.untaken > 0) {
      this.transport.takeFirst();
      this.endTurn();
    }
  }

  get frames(): WireFrame[] {
    return new WireReader().push(this.transport.written);
  }
}
