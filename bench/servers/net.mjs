// The floor: node:net moving the same bytes, with nothing decoded. What it echoes is still masked.
import { createServer } from 'node:net';
import { answer, scenarioOfThisProcess } from '../lib/control.mjs';
import { clientMarker, payloadOf, serverFrame } from '../lib/frames.mjs';
import { acceptUpgrade } from '../lib/upgrade.mjs';
import { emitter } from './emitter.mjs';
import { memory } from './memory.mjs';

const scenario = scenarioOfThisProcess();
const sockets = new Set();
const HANDLERS = {
  echo: (socket) => {
    socket.on('data', (chunk) => socket.write(chunk));
  },
  ingest: (socket) => {
    const frameBytes = scenario.frameBytes;
    let bytes = 0;
    let tail = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      const end = chunk.length < clientMarker.length ? Buffer.concat([tail, chunk]) : chunk;
      tail = end.subarray(-clientMarker.length);
      if (!tail.equals(clientMarker)) return;
      bytes -= clientMarker.length;
      socket.write(serverFrame('text', Buffer.from(String(Math.round(bytes / frameBytes)))));
    });
  },
  emit: (socket) => {
    const frames = Array.from({ length: scenario.burst }, () =>
      serverFrame(scenario.type, payloadOf(scenario)),
    );
    const bytes = Buffer.concat(frames);
    const frameBytes = frames[0].length;
    const emit = emitter(scenario, (burst) => socket.write(bytes.subarray(0, burst * frameBytes)));
    socket.on('data', emit);
  },
  broadcast: (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const frame = serverFrame(scenario.type, payloadOf(scenario));
    const frames = Buffer.concat(Array.from({ length: scenario.burst }, () => frame));
    const emit = emitter(scenario, () => {
      for (const other of sockets) other.write(frames);
    });
    socket.on('data', emit);
  },
};
HANDLERS.topic = HANDLERS.broadcast;

answer({
  memory,
  start: () =>
    new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => socket.destroy());
        acceptUpgrade(socket, () => HANDLERS[scenario.mode](socket));
      });
      server.on('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server.address().port));
    }),
});
