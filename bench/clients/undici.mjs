// undici's WebSocket, which is Node's own from version 22 on: text as strings, as it is always handed out there.
import { WebSocket } from 'undici';
import { client } from './session.mjs';

const { scenario, payload } = client(
  (port, { received }) =>
    new Promise((resolve, reject) => {
      const data = scenario.type === 'text' ? payload.toString() : payload;
      // The path says which of the three clients it is: this one stands where ws does.
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
      socket.binaryType = 'arraybuffer';
      socket.onmessage = (event) => received(event.data.length ?? event.data.byteLength);
      socket.onerror = () => reject(new Error('undici did not connect'));
      const send = (count) => {
        for (let i = 0; i < count; i++) socket.send(data);
      };
      socket.onopen = () => resolve({ send, close: () => socket.close() });
    }),
);
