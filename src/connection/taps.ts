import { ReplaySubject } from 'rxjs';
import type { Frame } from '../protocol/frame.js';
import type { ConnectionCore } from './connection-core.js';
import { safely } from './safely.js';
import { Tap } from './tap.js';

/** The places of a connection where one can look on. They exist from the first look at any of them. */
export class Taps {
  readonly bytes: Tap<Uint8Array>;
  readonly frames: Tap<Frame>;
  readonly sentFrames: Tap<Frame>;
  readonly pings: Tap<Uint8Array> = new Tap();
  readonly pongs: Tap<Uint8Array> = new Tap();
  readonly latency: ReplaySubject<number> = new ReplaySubject(1);

  /** @param ended - Whether the connection has ended already. */
  constructor(core: ConnectionCore, ended: boolean) {
    this.bytes = new Tap((observed) => {
      core.transport.onBytes = observed
        ? (chunk) => {
            this.bytes.next(Uint8Array.from(chunk));
          }
        : undefined;
    });
    this.frames = new Tap((observed) => {
      core.pump.tap = observed
        ? (frame) => {
            this.frames.next(frame);
          }
        : undefined;
    });
    this.sentFrames = new Tap((observed) => {
      core.out.sender.onFrame = observed
        ? (frame) => {
            this.sentFrames.next(frame);
          }
        : undefined;
    });
    if (ended) this.complete();
  }

  complete(): void {
    for (const tap of [this.bytes, this.frames, this.sentFrames, this.pings, this.pongs, this.latency]) {
      safely(() => {
        tap.complete();
      });
    }
  }
}
