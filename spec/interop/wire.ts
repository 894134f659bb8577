import type { Connection, Frame } from '../../src/index.js';
import { collect } from '../support/collect.js';

const RSV1 = 4;
const CONTINUATION = 0;
const FIRST_CONTROL = 8;

/** What of one direction was on the wire: a message by the number of its frames and octets, as sent. */
export interface WireMessage {
  readonly compressed: boolean;
  readonly frames: number;
  readonly octets: number;
}

/** Both directions of a connection, read from its frame taps from now on. */
export class Wire {
  readonly #sent: Frame[];
  readonly #received: Frame[];

  constructor(connection: Connection) {
    this.#sent = collect(connection.sentFrames$).values;
    this.#received = collect(connection.frames$).values;
  }

  get sent(): WireMessage[] {
    return messagesOf(this.#sent);
  }

  get received(): WireMessage[] {
    return messagesOf(this.#received);
  }
}

function messagesOf(frames: readonly Frame[]): WireMessage[] {
  const messages: WireMessage[] = [];
  for (const { opcode, rsv, length } of frames) {
    if (opcode >= FIRST_CONTROL) continue;
    const last =
      opcode === CONTINUATION ? messages.pop()! : { frames: 0, octets: 0, compressed: rsv === RSV1 };
    messages.push({ ...last, frames: last.frames + 1, octets: last.octets + length });
  }
  return messages;
}
