import { PerMessageDeflate, Receiver, Sender } from 'ws';
import { scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';
import { coder, decoding, encoding } from './coder.mjs';
import { checkNow, pairsOf } from './pairs.mjs';

const OPCODES = { text: 1, binary: 2 };
const MAX_PAYLOAD = 1024 * 1024;

const scenario = scenarioOfThisProcess();
let count = 0;

function decoder() {
  const receiver = new Receiver({ isServer: true, maxPayload: MAX_PAYLOAD });
  receiver.on('message', () => count++);
  return decoding(scenario, (chunk) => receiver.write(chunk));
}

function encoder() {
  const payload = payloadOf(scenario);
  const mask = scenario.role === 'client';
  const opcode = OPCODES[scenario.type];
  return encoding(() => {
    Sender.frame(payload, { fin: true, rsv1: false, opcode, mask, readOnly: true });
    count++;
  });
}

/** What a server of ws's has with `perMessageDeflate: true`, and a client by default. All pairs work at the same time. */
function compression() {
  const { pairs, next } = pairsOf(scenario, () => {
    const server = new PerMessageDeflate({ isServer: true, maxPayload: MAX_PAYLOAD });
    const client = new PerMessageDeflate({ maxPayload: MAX_PAYLOAD });
    client.accept([listed(server.accept([{ client_max_window_bits: [true] }]))]);
    return { deflater: server, inflater: client };
  });
  const exchange = ({ deflater, inflater }) =>
    new Promise((resolve, reject) => {
      const payload = next();
      deflater.compress(payload, true, (failure, deflated) => {
        if (failure) return reject(failure);
        inflater.decompress(deflated, true, (error, plain) => {
          if (error) return reject(error);
          checkNow(count++, payload, plain);
          resolve();
        });
      });
    });
  return () => Promise.all(pairs.map(exchange));
}

/** As ws reads parameters from a header: a list of values for each name. */
function listed(parameters) {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));
}

const STEPS = { decoder, decodeOperator: decoder, encoder, encodeOperator: encoder, compression };

coder(STEPS[scenario.mode](), () => count);
