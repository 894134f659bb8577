// The opening handshake by hand, for the raw ends. RFC 6455 sections 4.1 and 4.2.2.
import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const END = '\r\n\r\n';

function acceptKey(key) {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** A client's request; `extensions` is what it offers. */
export function upgradeRequest(port, path = '/', extensions) {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
    END.slice(2),
  ].join('\r\n');
}

/** Whether `head`, the bytes received so far, is whole; throws when it is and does not agree. */
export function isUpgraded(head) {
  if (!head.endsWith(END)) return false;
  if (!head.startsWith('HTTP/1.1 101 ') || !head.includes(acceptKey(KEY))) {
    throw new Error(`the server did not agree to the upgrade: ${head.split('\r\n')[0]}`);
  }
  return true;
}

/** Reads the request on `socket`, answers it and calls `upgraded(path)`. A peer that sends more than a request at once is not expected. */
export function acceptUpgrade(socket, upgraded) {
  let head = '';
  const read = (chunk) => {
    head += chunk.toString('latin1');
    if (!head.endsWith(END)) return;
    socket.off('data', read);
    const key = /^sec-websocket-key: *(.+)$/im.exec(head)?.[1].trim() ?? '';
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}${END}`,
    );
    upgraded(head.split(' ', 2)[1]);
  };
  socket.on('data', read);
}
