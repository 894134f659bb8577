import type { Handshake } from '../../connection/handshake-facts.js';
import type { NegotiatedExtension } from '../../protocol/extensions/extension.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import type { HeaderOptions } from '../../protocol/handshake/header-options.js';
import { packHead, type RequestLines, unpackHead } from '../../protocol/handshake/kept-head.js';
import { acceptHeaders, type ConnectInput } from '../../protocol/handshake/response.js';

/** The server's side of what was settled. It keeps little, for there is one for every idle connection, and makes from it what is asked for. */
export class ServerHandshake implements Handshake {
  readonly subprotocol: string | undefined;
  readonly #extensions: readonly NegotiatedExtension[];
  readonly #headers: HeaderOptions;
  readonly #kept: string;

  constructor(
    request: RequestLines,
    subprotocol: string | undefined,
    extensions: readonly NegotiatedExtension[],
    headers: HeaderOptions,
  ) {
    this.subprotocol = subprotocol;
    this.#extensions = extensions;
    this.#headers = headers;
    this.#kept = packHead(request);
  }

  get extensions(): readonly string[] {
    return this.#extensions.map(({ name }) => name);
  }

  get request(): Handshake['request'] {
    const { target, rawHeaders } = unpackHead(this.#kept);
    return { method: 'GET', target, headers: new HeaderFields(rawHeaders) };
  }

  get response(): Handshake['response'] {
    const key = this.request.headers.get('sec-websocket-key') ?? '';
    return { status: 101, headers: HeaderFields.from(acceptHeaders({ key, ...this.answer })) };
  }

  /** What the answer was made from. */
  protected get answer(): ConnectInput {
    return { subprotocol: this.subprotocol, extensions: this.#extensions, headers: this.#headers };
  }
}
