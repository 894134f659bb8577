import { Observable } from 'rxjs';
import type { Connection } from '../../src/index.js';
import { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { type ConnectionPair, connectionPair, VirtualTime } from '../../src/testing/index.js';

/** What an attempt comes to: an error, or a connection, which the function gets when it is open. */
export type Outcome = Error | ((pair: ConnectionPair) => void);

/** `connect` in memory and on virtual time: it ends as `connect` does, and counts what it is asked. */
export class Dialing {
  readonly time: VirtualTime;
  /** The connections that were made. */
  readonly pairs: ConnectionPair[] = [];
  /** When each dial began. */
  readonly began: number[] = [];
  /** Dials and connections that are not over, and the most there were at once. */
  current = 0;
  most = 0;
  readonly connect$: Observable<Connection>;

  /**
   * @param outcomeOf - What the dial with this number, from 0, comes to.
   * @param dialMs - How long it takes.
   */
  constructor(
    outcomeOf: (dial: number) => Outcome,
    dialMs: number | ((dial: number) => number) = 10,
    time = new VirtualTime(),
  ) {
    this.time = time;
    this.connect$ = new Observable((subscriber) => {
      const dial = this.began.push(time.now()) - 1;
      this.current++;
      this.most = Math.max(this.most, this.current);
      subscriber.add(() => this.current--);
      const work = (): void => {
        const outcome = outcomeOf(dial);
        if (outcome instanceof Error) {
          subscriber.error(outcome);
          return;
        }
        const pair = connectionPair({
          scheduler: time,
          client: { logger: {}, drainTimeoutMs: 1000 },
          server: { logger: {} },
        });
        this.pairs.push(pair);
        pair.server.discard();
        const { client } = pair;
        assertOurs(client);
        subscriber.add(() => void client.close());
        client.whenDone(() => {
          if (client.error === undefined) subscriber.complete();
          else subscriber.error(client.error);
        });
        subscriber.next(client);
        outcome(pair);
      };
      subscriber.add(time.schedule(work, typeof dialMs === 'number' ? dialMs : dialMs(dial)));
    });
  }

  /** The connection that was made last. */
  get pair(): ConnectionPair {
    return this.pairs.at(-1)!;
  }
}

function assertOurs(connection: Connection): asserts connection is WebSocketConnection {
  if (!(connection instanceof WebSocketConnection)) throw new Error('it is no connection of ours');
}

/** An outcome: a connection that the test ends itself. */
export const opens = (): void => undefined;
