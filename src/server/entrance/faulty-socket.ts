import type { Duplex } from 'node:stream';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import { addressOf } from '../../transport/socket-transport.js';
import { refuseUpgrade } from '../gate/acceptor.js';
import type { Refusable } from '../gate/arrival.js';

/** A socket on which something came that is no request for a WebSocket. */
export class FaultySocket implements Refusable {
  readonly socket: Duplex;

  constructor(socket: Duplex) {
    this.socket = socket;
  }

  get remoteAddress(): string | undefined {
    return addressOf(this.socket);
  }

  refuse(refusal: Refusal): void {
    refuseUpgrade(this.socket, refusal);
  }
}
