import type { Connection } from '../../connection/connection.js';
import type { PreparedMessage } from '../../protocol/prepared-message.js';
import {
  broadcast,
  type BroadcastFailure,
  type BroadcastOptions,
  type BroadcastResult,
} from '../broadcast.js';

/** One message on its way through the connections of a topic. */
export class Pass {
  /** Those it is for; who leaves is taken out, who comes meanwhile is not in it. */
  readonly members: Set<Connection<unknown>>;
  /** Those who have not got it yet. */
  readonly #rest: Iterable<Connection<unknown>>;
  readonly #message: PreparedMessage;
  readonly #options: BroadcastOptions;
  #delivered = 0;
  #skipped = 0;
  #dropped = 0;
  readonly #failed: BroadcastFailure[] = [];

  constructor(members: Set<Connection<unknown>>, message: PreparedMessage, options: BroadcastOptions) {
    const { except } = options;
    this.members = members;
    this.#rest = members.values();
    this.#message = message;
    // It may be asked for twice, and an iterator can be read only once.
    this.#options =
      except !== undefined && Symbol.iterator in except ? { ...options, except: new Set(except) } : options;
  }

  /** Sends it to everybody who has not got it. @throws what `broadcast` throws for wrong options. */
  run(): void {
    const { delivered, skipped, dropped, failed } = broadcast(this.#rest, this.#message, this.#options);
    this.#delivered += delivered;
    this.#skipped += skipped;
    this.#dropped += dropped;
    this.#failed.push(...failed);
  }

  get result(): BroadcastResult {
    return {
      delivered: this.#delivered,
      skipped: this.#skipped,
      dropped: this.#dropped,
      failed: this.#failed,
    };
  }
}
