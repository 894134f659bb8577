// What clients talk to: a raw server that blasts frames built before, or answers each frame of the client's with one.
import { createServer } from 'node:net';
import { answer, cpuMicros, scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf, serverFrame, serverMarker } from '../lib/frames.mjs';
import { acceptUpgrade } from '../lib/upgrade.mjs';

const BLOCK_BYTES = 64 * 1024;

const scenario = scenarioOfThisProcess();
const frame = serverFrame(scenario.type, payloadOf(scenario));
const blockMessages = Math.max(1, Math.floor(BLOCK_BYTES / frame.length));
const block = Buffer.concat(Array.from({ length: blockMessages }, () => frame));
/** By the path of their request, which is the client's kind. @type {Map<string, import('node:net').Socket>} */
const sockets = new Map();
let micros = 0;

/** Sends one frame for each that has come whole; they are not looked into. */
function reply(socket) {
  let partial = 0;
  socket.on('data', (chunk) => {
    partial += chunk.length;
    const messages = Math.floor(partial / scenario.frameBytes);
    partial -= messages * scenario.frameBytes;
    for (let left = messages; left > 0; left -= blockMessages) {
      socket.write(left >= blockMessages ? block : block.subarray(0, left * frame.length));
    }
  });
}

/** Writes for `ms`, as fast as the client takes it, and ends with the marker. */
function blast(socket, ms) {
  const ends = performance.now() + ms;
  return new Promise((resolve) => {
    let sent = 0;
    const fill = () => {
      let more = true;
      while (more && performance.now() < ends) {
        more = socket.write(block);
        sent += blockMessages;
      }
      if (!more) {
        socket.once('drain', fill);
        return;
      }
      socket.write(serverMarker);
      resolve(sent);
    };
    fill();
  });
}

answer({
  start: () =>
    new Promise((resolve) => {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => socket.destroy());
        acceptUpgrade(socket, (path) => {
          sockets.set(path.slice(1), socket);
          if (scenario.mode === 'exchange') reply(socket);
          else socket.resume();
        });
      });
      server.listen(0, '127.0.0.1', () => resolve(server.address().port));
    }),
  blast: ({ kind, ms }) => blast(sockets.get(kind), ms),
  /** Microseconds since it was asked last. */
  used: () => {
    const since = micros;
    micros = cpuMicros();
    return micros - since;
  },
});
