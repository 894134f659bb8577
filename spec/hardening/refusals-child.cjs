'use strict';

/**
 * Run as `node --expose-gc refusals-child.cjs INDEX KIND`: refuses requests in one way, says how many octets of memory each has left
 * behind, and ends by itself.
 */
const net = require('node:net');
const { openServer, reject } = require(process.argv[2]);

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const VALID = `GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

/** What is sent, by turns; the path says what is decided. */
const KINDS = {
  rules: [
    VALID.replace(/Sec-WebSocket-Key.*\r\n/, ''),
    VALID.replace('Host: h\r\n', 'Host: h\r\nOrigin: http://evil.example\r\n'),
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: h\r\n\r\n',
  ],
  decisions: ['now', 'later', 'signal', 'throw'].map((path) => VALID.replace('/', `/${path}`)),
  leaving: [VALID.replace('/', '/never'), VALID.slice(0, 50)],
};

const DECISIONS = {
  '/now': () => reject(401),
  '/later': async () => reject(401),
  '/signal': async ({ signal }) => {
    signal.addEventListener('abort', () => undefined);
    return reject(401);
  },
  '/throw': () => {
    throw new Error('faulty');
  },
  '/never': () => new Promise(() => undefined),
};

const ROUNDS = 6;
const REQUESTS = 1000;
const AT_ONCE = 50;

async function settled() {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function main() {
  const texts = KINDS[process.argv[3]];
  const leaves = process.argv[3] === 'leaving';
  const authorize = (request) => DECISIONS[request.path](request);
  const server = await openServer({ host: '127.0.0.1', logger: {}, authorize });
  const { port } = server.address;
  let count = 0;
  server.rejections$.subscribe(() => count++);
  const once = (text) =>
    new Promise((resolve, fail) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.write(text, () => {
          if (leaves) setImmediate(() => socket.resetAndDestroy());
        });
      });
      socket.on('error', fail);
      socket.on('close', resolve);
      socket.resume();
    });
  const growths = [];
  let before = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < REQUESTS; i += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => once(texts[(i + at) % texts.length])));
    }
    const after = await settled();
    growths.push(after - before);
    before = after;
  }
  await server.close();
  await settled();
  const left = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));
  // The first round is for warming up.
  const perRequest = growths.slice(1).reduce((sum, growth) => sum + growth, 0) / (ROUNDS - 1) / REQUESTS;
  process.stdout.write(JSON.stringify({ perRequest, count, left }));
}

void main();
