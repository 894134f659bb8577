import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestRules } from '../../protocol/handshake/any-request.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import { type AcceptedRequest, judgeRequest } from '../../protocol/handshake/request.js';
import { formatAccept } from '../../protocol/handshake/response.js';
import { addressOf, isSecure, SocketTransport } from '../../transport/socket-transport.js';
import { headOf, refuseUpgrade } from './acceptor.js';
import type { Answer, Arrival, Opened } from './arrival.js';
import { ServerHandshake } from './server-handshake.js';

/** A request of HTTP/1.1 for an upgrade, as Node's event `upgrade` gives it. RFC 6455 section 4.2. */
export class UpgradeArrival implements Arrival {
  readonly method = 'GET';
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Uint8Array;
  #key = '';

  constructor(message: IncomingMessage, socket: Duplex, head: Uint8Array) {
    this.message = message;
    this.socket = socket;
    this.head = head;
  }

  get target(): string {
    return this.message.url ?? '/';
  }

  get rawHeaders(): readonly string[] {
    return this.message.rawHeaders;
  }

  get secure(): boolean {
    return isSecure(this.message.socket);
  }

  get remoteAddress(): string | undefined {
    return addressOf(this.message.socket);
  }

  judge(rules: RequestRules): AcceptedRequest | Refusal {
    const accepted = judgeRequest(headOf(this.message), rules);
    if (accepted.ok) this.#key = accepted.key;
    return accepted;
  }

  refuse(refusal: Refusal): void {
    refuseUpgrade(this.socket, refusal);
  }

  accept({ head, subprotocol, extensions, headers }: Answer): Opened {
    this.socket.write(formatAccept({ key: this.#key, subprotocol, extensions, headers }), 'latin1');
    return {
      transport: new SocketTransport(this.socket, head),
      handshake: new ServerHandshake(this, subprotocol, extensions, headers),
    };
  }
}
