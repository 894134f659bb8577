// The floor: node:net reading the same bytes, with nothing decoded.
import { connect } from 'node:net';
import { clientFrames, payloadOf, serverFrame, serverMarker } from '../lib/frames.mjs';
import { isUpgraded, upgradeRequest } from '../lib/upgrade.mjs';
import { client } from './session.mjs';

const { scenario } = client(
  (port, { received }) =>
    new Promise((resolve) => {
      const frameBytes = serverFrame(scenario.type, payloadOf(scenario)).length;
      const frames = clientFrames(scenario, scenario.inFlight ?? 1);
      const sentBytes = scenario.inFlight === undefined ? 0 : frames.length / scenario.inFlight;
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let bytes = 0;
      const read = (chunk) => {
        bytes += chunk.length;
        const messages = Math.floor(bytes / frameBytes);
        bytes -= messages * frameBytes;
        if (messages > 0) received(frameBytes, messages);
        if (scenario.mode !== 'exchange' && chunk.subarray(-serverMarker.length).equals(serverMarker)) {
          bytes = 0;
          received(1);
        }
      };
      let head = '';
      const readHead = (chunk) => {
        head += chunk.toString('latin1');
        if (!isUpgraded(head)) return;
        socket.off('data', readHead);
        socket.on('data', read);
        resolve({
          send: (count) => socket.write(frames.subarray(0, count * sentBytes)),
          close: () => socket.destroy(),
        });
      };
      socket.on('data', readHead);
      socket.write(upgradeRequest(port, '/net'));
    }),
);
