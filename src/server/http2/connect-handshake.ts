import type { Handshake } from '../../connection/handshake-facts.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import { connectHeaders } from '../../protocol/handshake/response.js';
import { ServerHandshake } from '../gate/server-handshake.js';

/** What an opening handshake over HTTP/2 has settled. */
export class ConnectHandshake extends ServerHandshake {
  override get request(): Handshake['request'] {
    return { ...super.request, method: 'CONNECT' };
  }

  override get response(): Handshake['response'] {
    return { status: 200, headers: HeaderFields.from(connectHeaders(this.answer)) };
  }
}
