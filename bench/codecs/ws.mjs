import { Receiver, Sender } from 'ws';
import { scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';
import { coder, decoding, encoding } from './coder.mjs';

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

const STEPS = { decoder, decodeOperator: decoder, encoder, encodeOperator: encoder };

coder(STEPS[scenario.mode](), () => count);
