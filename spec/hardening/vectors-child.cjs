'use strict';

/**
 * Run as `node vectors-child.cjs INDEX`, with vectors as JSON on stdin. Everything is subscribed with `next` only, and
 * nothing listens for uncaught exceptions: that this process ends with 0 is the proof that no peer can raise one.
 */
const net = require('node:net');
const { createHash } = require('node:crypto');
const { text } = require('node:stream/consumers');
const { openConnection, openServer } = require(process.argv[2]);

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const REQUEST = `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
const accept = (key) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

function watch(connection) {
  const outcome = { id: connection.id, messages: 0 };
  for (const name of [
    'messages$',
    'frames$',
    'bytes$',
    'pings$',
    'pongs$',
    'latency$',
    'state$',
    'writable$',
    'sentFrames$',
  ]) {
    connection[name].subscribe(() => {
      if (name === 'messages$') outcome.messages++;
    });
  }
  connection.ping().subscribe(() => undefined);
  connection.outbox.next('hello');
  return new Promise((resolve) => {
    connection.closed$.subscribe((info) => {
      connection.send('late');
      connection.ping().subscribe(() => undefined);
      connection.close().subscribe(() => undefined);
      resolve({ code: info.code, sent: info.sent && info.sent.code, messages: outcome.messages });
    });
  });
}

function options({ maxMessage, maxFragments }) {
  const limits = { logger: {}, dropTimeoutMs: 200 };
  if (maxMessage !== null) limits.maxMessageBytes = maxMessage;
  if (maxFragments !== null) limits.maxFragments = maxFragments;
  return limits;
}

async function againstServer(vector, bytes) {
  const server = await openServer({ host: '127.0.0.1', ...options(vector) });
  const outcome = new Promise((resolve) => {
    server.connections$.subscribe((connection) => resolve(watch(connection)));
  });
  const socket = net.connect(server.address.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(Buffer.concat([Buffer.from(REQUEST), bytes]));
  socket.end();
  const result = await outcome;
  socket.destroy();
  await server.close();
  return result;
}

async function againstClient(vector, bytes) {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      const key = /^sec-websocket-key: (.*)\r$/im.exec(head.toString())[1];
      const reply = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`;
      socket.end(Buffer.concat([Buffer.from(reply), bytes]));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const connection = await openConnection(`ws://127.0.0.1:${server.address().port}`, options(vector));
  const result = await watch(connection);
  server.close();
  return result;
}

async function main() {
  const results = [];
  for (const vector of JSON.parse(await text(process.stdin))) {
    const bytes = Buffer.from(vector.hex, 'hex');
    const run = vector.role === 'server' ? againstServer : againstClient;
    results.push({ id: vector.id, ...(await run(vector, bytes)) });
  }
  process.stdout.write(JSON.stringify(results));
}

void main();
