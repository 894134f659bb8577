import { BINARY, CLOSE, TEXT, type WireFrame } from './wire-frames.js';

const RSV1 = 4;

/** Judges every frame that one side of src sends: what RFC 6455 lets no endpoint send. */
export class WireChecker {
  readonly faults: string[] = [];
  readonly #masks: boolean;
  readonly #compresses: boolean;
  #closed = false;
  #inMessage = false;
  #text: Buffer[] | undefined;

  /**
   * @param masks - Whether the sender is to mask its frames: a client is.
   * @param compresses - Whether permessage-deflate was agreed on: RSV1 may begin a message then. RFC 7692 section 6.
   */
  constructor(masks: boolean, compresses = false) {
    this.#masks = masks;
    this.#compresses = compresses;
  }

  look(frame: WireFrame): void {
    const { opcode, payload } = frame;
    const name = `frame with opcode ${opcode} and ${payload.length} octets`;
    const fault = (what: string): void => void this.faults.push(`${name} ${what}`);
    if (this.#closed) fault('came after the Close frame');
    if (frame.masked !== this.#masks) fault(frame.masked ? 'is masked' : 'is not masked');
    if (!frame.minimal) fault('has a length that is not minimal');
    if ((frame.rsv & ~this.#rsvAllowed(opcode)) !== 0) fault(`has the reserved bits ${frame.rsv}`);
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) fault('has a reserved opcode');
    if (opcode >= 8) {
      if (payload.length > 125) fault('is a control frame that is too long');
      if (!frame.fin) fault('is a fragmented control frame');
    } else {
      if ((opcode === 0) !== this.#inMessage) fault('is out of order among the fragments');
      this.#lookAtText(frame, fault);
      this.#inMessage = !frame.fin;
    }
    if (opcode === CLOSE) {
      this.#closed = true;
      this.#lookAtClose(payload, fault);
    }
  }

  #rsvAllowed(opcode: number): number {
    return this.#compresses && (opcode === TEXT || opcode === BINARY) ? RSV1 : 0;
  }

  #lookAtText(frame: WireFrame, fault: (what: string) => void): void {
    // What is compressed is judged by whoever inflates it.
    if (frame.opcode === TEXT && frame.rsv === 0) this.#text = [];
    this.#text?.push(frame.payload);
    if (!frame.fin || this.#text === undefined) return;
    if (!isUtf8(Buffer.concat(this.#text))) fault('ends a text that is not UTF-8');
    this.#text = undefined;
  }

  #lookAtClose(payload: Buffer, fault: (what: string) => void): void {
    if (payload.length === 0) return;
    const code = payload.length === 1 ? -1 : payload.readUInt16BE(0);
    const known = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    if (!known && !(code >= 3000 && code <= 4999)) fault(`has the close code ${code}`);
    if (!isUtf8(payload.subarray(2))) fault('has a reason that is not UTF-8');
  }
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}
