import { TextError } from '../protocol/errors.js';
import { Utf8Validator } from '../protocol/utf8.js';

const NO_BYTES = new Uint8Array(0);

/** The text of a message that is sent in parts: a code point may be cut by them, also between the halves of a surrogate pair. */
export class OutgoingText {
  readonly #utf8: Utf8Validator = new Utf8Validator();
  /** The first half of a surrogate pair whose other half may come. */
  #half = '';

  /** The octets of the next part. What has no other half becomes U+FFFD. */
  string(part: string): Uint8Array {
    const text = this.#half + part;
    const last = text.charCodeAt(text.length - 1);
    this.#half = last >= 0xd800 && last <= 0xdbff ? text.slice(-1) : '';
    const bytes = Buffer.from(this.#half === '' ? text : text.slice(0, -1), 'utf8');
    return this.#checked(bytes);
  }

  /** The next part, given as octets. @throws TypeError when it cannot be UTF-8 behind what came before. */
  bytes(part: Uint8Array): Uint8Array {
    if (this.#half === '') return this.#checked(part);
    return this.#checked(Buffer.concat([this.#rest(), part]));
  }

  /** The octets of what was held back at the end. @throws TypeError when it ends inside a code point. */
  finish(): Uint8Array {
    const rest = this.#half === '' ? NO_BYTES : this.#checked(this.#rest());
    refuse(() => {
      this.#utf8.finish();
    });
    return rest;
  }

  #rest(): Buffer {
    const rest = Buffer.from(this.#half, 'utf8');
    this.#half = '';
    return rest;
  }

  #checked(bytes: Uint8Array): Uint8Array {
    refuse(() => {
      this.#utf8.push(bytes, 0, bytes.length);
    });
    return bytes;
  }
}

function refuse(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof TextError) throw new TypeError(`cannot send: ${error.message}`, { cause: error });
    throw error;
  }
}
