import type { Handshake, HandshakeRequest, HandshakeResponse } from '../../connection/handshake-facts.js';
import type { ForwardedClient } from '../../protocol/handshake/forwarded.js';

/** What an opening handshake has settled with a client behind proxies which are believed. */
export class ForwardedHandshake implements Handshake {
  readonly forwarded: ForwardedClient;
  readonly #settled: Handshake;

  constructor(settled: Handshake, forwarded: ForwardedClient) {
    this.#settled = settled;
    this.forwarded = forwarded;
  }

  get request(): HandshakeRequest {
    return this.#settled.request;
  }

  get response(): HandshakeResponse {
    return this.#settled.response;
  }

  get subprotocol(): string | undefined {
    return this.#settled.subprotocol;
  }

  get extensions(): readonly string[] {
    return this.#settled.extensions;
  }
}
