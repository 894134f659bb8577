import { parseClose } from './close-status.js';
import type { Frame } from './frame.js';
import { isControl, Opcode } from './opcodes.js';
import { Utf8Validator } from './utf8.js';

/** Checks the text of frames as they pass, across the frames of a message. RFC 6455 section 8.1. */
export class TextValidator {
  readonly #utf8: Utf8Validator = new Utf8Validator();
  #inText = false;

  /** @throws TextError 1007 at the frame that holds the first byte that cannot be UTF-8. */
  check(frame: Frame): void {
    if (isControl(frame.opcode)) {
      if (frame.opcode === Opcode.close) parseClose(frame.payload);
      return;
    }
    if (frame.opcode !== Opcode.continuation) this.#inText = frame.opcode === Opcode.text;
    if (!this.#inText) return;
    this.#utf8.push(frame.payload, 0, frame.payload.length);
    if (frame.fin) this.#utf8.finish();
  }
}
