// ws at its best: Buffers in and out, no compression, bufferutil loaded.
import WebSocket from 'ws';
import { client } from './session.mjs';

const { scenario, payload } = client(
  (port, { received }) =>
    new Promise((resolve, reject) => {
      const options = { binary: scenario.type === 'binary' };
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
      socket.on('message', (data) => received(data.length));
      socket.on('error', reject);
      const send = (count) => {
        for (let i = 0; i < count; i++) socket.send(payload, options);
      };
      socket.on('open', () => resolve({ send, close: () => socket.terminate() }));
    }),
);
