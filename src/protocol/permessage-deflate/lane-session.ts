import type { TransformSession } from '../extensions/transform.js';
import type { Stage } from './stage.js';
import type { Turn, ZlibLanes } from './zlib-lanes.js';

/** A message in pieces: each waits for a lane, is worked on, and leaves the lane before the next one comes. */
export class LaneSession implements TransformSession {
  readonly #stage: Stage;
  readonly #lanes: ZlibLanes;
  #turn: Turn | undefined;
  #over = false;

  constructor(stage: Stage, lanes: ZlibLanes) {
    this.#stage = stage;
    this.#lanes = lanes;
  }

  push(
    piece: Uint8Array,
    last: boolean,
    emit: (out: Uint8Array) => void,
    done: (error?: Error) => void,
  ): void {
    if (this.#over) return;
    if (piece.length === 0 && !last) {
      done();
      return;
    }
    const settle = (error?: Error): void => {
      // `emit` may have aborted.
      if (this.#over) return;
      this.#leave();
      if (last || error !== undefined) this.abort();
      done(error);
    };
    const start = (): void => {
      try {
        this.#stage.work(piece, last, { emit, done: settle });
      } catch (error) {
        // zlib could not be set up: out of memory.
        settle(error as Error);
      }
    };
    this.#turn = { start };
    this.#lanes.enter(this.#turn);
  }

  abort(): void {
    this.#over = true;
    this.#stage.close();
    this.#leave();
  }

  #leave(): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (turn !== undefined) this.#lanes.leave(turn);
  }
}
