// ws at its best: Buffers in, the same Buffers out, bufferutil loaded. No compression, but for the rows about it: there its defaults
// with a threshold of 0, so that it compresses what it is given.
import { WebSocketServer } from 'ws';
import { answer, scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';
import { emitter } from './emitter.mjs';
import { memory } from './memory.mjs';

const scenario = scenarioOfThisProcess();
const perMessageDeflate = scenario.compressed ? { threshold: 0 } : false;
const HANDLERS = {
  echo: (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  },
  ingest: (socket) => {
    let count = 0;
    socket.on('message', (data) => {
      if (data.length === 1) socket.send(String(count));
      else count++;
    });
  },
  emit: (socket) => {
    const payload = payloadOf(scenario);
    const options = { binary: scenario.type === 'binary' };
    const emit = emitter(scenario, (burst) => {
      for (let i = 0; i < burst; i++) socket.send(payload, options);
    });
    socket.on('message', emit);
  },
  broadcast: (socket, { clients }) => {
    const payload = payloadOf(scenario);
    const options = { binary: scenario.type === 'binary' };
    socket.on(
      'message',
      emitter(scenario, (burst) => {
        for (let i = 0; i < burst; i++) for (const client of clients) client.send(payload, options);
      }),
    );
  },
};
// It has no topics: whoever uses it writes the same loop, over a set of their own.
HANDLERS.topic = HANDLERS.broadcast;

answer({
  memory,
  start: () =>
    new Promise((resolve, reject) => {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });
      server.on('connection', (socket) => {
        socket.on('error', () => socket.terminate());
        HANDLERS[scenario.mode](socket, server);
      });
      server.on('error', reject);
      server.on('listening', () => resolve(server.address().port));
    }),
});
