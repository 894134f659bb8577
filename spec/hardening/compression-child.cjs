'use strict';

/** Run as `node --expose-gc compression-child.cjs INDEX WHAT`. It has to end by itself: nothing here calls process.exit. */
const { createHook } = require('node:async_hooks');
const net = require('node:net');
const { constants, deflateRawSync } = require('node:zlib');
const { openConnection, openServer } = require(process.argv[2]);

const OFFER = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';
const REQUEST = `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${OFFER}\r\n`;
const BOMBS = 100;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Counts what zlib does outside of the event loop: from each write to a handle up to its callback. */
function watchZlib() {
  const seen = { now: 0, most: 0 };
  createHook({
    init(_id, type, _trigger, handle) {
      if (type !== 'ZLIB') return;
      const { init, write } = handle;
      handle.init = function (...args) {
        const at = args.findIndex((argument) => typeof argument === 'function');
        const done = args[at];
        args[at] = function () {
          seen.now--;
          return done.call(this);
        };
        return init.apply(this, args);
      };
      handle.write = function (...args) {
        seen.now++;
        seen.most = Math.max(seen.most, seen.now);
        return write.apply(this, args);
      };
    },
  }).enable();
  return seen;
}

/** A frame of a client, with the key that changes nothing. */
function masked(first, payload) {
  const header = Buffer.alloc(14);
  header[0] = first;
  header[1] = 0xff;
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

function dial(port) {
  const socket = net.connect(port, '127.0.0.1');
  const peer = { socket, received: Buffer.alloc(0), ended: false };
  socket.on('data', (chunk) => (peer.received = Buffer.concat([peer.received, chunk])));
  socket.on('error', () => undefined);
  socket.on('end', () => (peer.ended = true));
  socket.write(REQUEST);
  return peer;
}

async function until(holds) {
  while (!holds()) await nextTurn();
}

/** Many are bombed at the same time, and one is polite. */
async function bombs() {
  const zlib = watchZlib();
  const server = await openServer({
    host: '127.0.0.1',
    compression: true,
    maxConcurrentInflate: 2,
    keepAlive: false,
    logger: {},
  });
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  const unit = deflateRawSync(Buffer.alloc(8 << 20), { finishFlush: constants.Z_FULL_FLUSH });
  const bomb = masked(0xc2, Buffer.concat(Array.from({ length: 64 }, () => unit)).subarray(0, -4));
  const polite = await openConnection(server.url, { logger: {} });
  let echoes = 0;
  polite.messages$.subscribe(({ data }) => {
    echoes++;
    if (polite.state === 'open') polite.send(data);
  });
  const peers = Array.from({ length: BOMBS }, () => dial(server.address.port));
  await until(() => peers.every(({ received }) => received.includes('\r\n\r\n')));
  for (const peer of peers) peer.received = Buffer.alloc(0);
  polite.send('x'.repeat(100));
  global.gc();
  const before = process.memoryUsage().arrayBuffers;
  const more = () => process.memoryUsage().arrayBuffers - before;
  let peak = 0;
  for (const { socket } of peers) socket.write(bomb);
  while (!peers.every(({ received }) => received.length >= 4)) {
    await nextTurn();
    if (more() < peak + (1 << 20)) continue;
    global.gc();
    peak = Math.max(peak, more());
  }
  const codes = peers.map(({ received }) => received[0] === 0x88 && received.readUInt16BE(2));
  for (const { socket } of peers) socket.destroy();
  const served = echoes;
  await until(() => echoes > served);
  polite.close();
  await server.close();
  const { most, now } = zlib;
  process.stdout.write(JSON.stringify({ codes: [...new Set(codes)], peak, most, now, served }));
}

/** Both sides give up while they inflate and deflate. */
async function terminate() {
  const server = await openServer({ host: '127.0.0.1', compression: true, logger: {} });
  const noise = Buffer.alloc(1 << 20);
  for (let i = 0, state = 1; i < noise.length; i++) noise[i] = (state = (state * 48271) % 0x7fffffff) >> 8;
  for (let round = 0; round < 6; round++) {
    const arrival = new Promise((resolve) => server.connections$.subscribe(resolve));
    const client = await openConnection(server.url, { logger: {} });
    const accepted = await arrival;
    for (const connection of [client, accepted]) {
      connection.discard();
      connection.send(noise.subarray(0, 900_000));
      connection.send('a'.repeat(900_000));
    }
    for (let i = 0; i < round * 3; i++) await nextTurn();
    client.terminate();
    accepted.terminate();
  }
  await server.close();
  process.stdout.write('done');
}

void { bombs, terminate }[process.argv[3]]();
