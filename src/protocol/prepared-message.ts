import type { SharedForm } from './extensions/transform.js';
import { SharedPayload } from './shared-payload.js';

/** How a message is to be sent by everyone who sends it. */
export interface PrepareOptions {
  /** False never compresses it, true always where compression was agreed on. Default: as long messages are. */
  readonly compress?: boolean;
}

/**
 * A message for many: it is encoded once, in the frame of a server, and compressed once for all connections with the same parameters.
 * Made by {@link prepare}.
 */
export class PreparedMessage {
  readonly type: 'text' | 'binary';
  /** Its octets, which never change. */
  readonly data: Uint8Array;
  readonly compress: boolean | undefined;
  /** The same octets as they are sent where nothing transforms them. */
  readonly plain: SharedPayload;
  #forms: Map<string, SharedPayload> | undefined;

  constructor(type: 'text' | 'binary', content: string | Uint8Array, compress: boolean | undefined) {
    this.type = type;
    this.plain = new SharedPayload(content);
    this.data = this.plain.bytes;
    this.compress = compress;
  }

  /** What an extension makes of it. Made once for each of the extension's keys. */
  form(shared: SharedForm): SharedPayload {
    this.#forms ??= new Map();
    let form = this.#forms.get(shared.key);
    if (form === undefined) {
      form = new SharedPayload(shared.whole(this.data));
      this.#forms.set(shared.key, form);
    }
    return form;
  }
}

/**
 * Prepares a message that is sent to many, by `send` as any other. RFC 6455 section 5.6.
 *
 * @param data - A string for a text message, bytes for a binary one; bytes are copied.
 * @throws TypeError for anything else.
 * @example
 * ```ts
 * import { prepare, serve } from 'rxwire';
 *
 * const news = prepare('the same for everyone');
 * serve((connection) => void connection.send(news), { port: 9000, compression: true }).subscribe();
 * ```
 */
export function prepare(data: string | Uint8Array, options: PrepareOptions = {}): PreparedMessage {
  const { compress } = options;
  if (compress !== undefined && typeof compress !== 'boolean') {
    throw new TypeError(`option compress is of type ${typeof compress}, expected a boolean`);
  }
  if (typeof data === 'string') return new PreparedMessage('text', data, compress);
  if (data instanceof Uint8Array) return new PreparedMessage('binary', data, compress);
  throw new TypeError(`cannot prepare a value of type ${typeof data}, expected a string or a Uint8Array`);
}
