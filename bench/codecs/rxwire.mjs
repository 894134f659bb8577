import { Subject } from 'rxjs';
import { decodeMessages, encodeFrames } from 'rxwire/operators';
import {
  encodeFrame,
  makeFrame,
  MessageDecoder,
  nextMaskingKey,
  Opcode,
  permessageDeflate,
  resolveLimits,
} from 'rxwire/protocol';
import { scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';
import { coder, decoding, encoding } from './coder.mjs';
import { checkNow, pairsOf } from './pairs.mjs';

const scenario = scenarioOfThisProcess();
const MAX_BYTES = 1024 * 1024;
let count = 0;

function decoder() {
  const decoder = new MessageDecoder({
    limits: resolveLimits(),
    mask: 'masked',
    applyMask: true,
    rsvAllowed: 0,
    ownsInput: true,
    textAs: 'string',
    validateUtf8: true,
    onControl: () => undefined,
  });
  return decoding(scenario, (chunk) => {
    decoder.push(chunk);
    while (decoder.next(false) !== undefined) count++;
  });
}

function decodeOperator() {
  const chunks = new Subject();
  chunks.pipe(decodeMessages({ role: 'server', ownsInput: true })).subscribe(() => count++);
  return decoding(scenario, (chunk) => chunks.next(chunk));
}

function frame() {
  return makeFrame(Opcode[scenario.type], payloadOf(scenario));
}

function encoder() {
  const one = frame();
  const nextKey = scenario.role === 'client' ? nextMaskingKey : () => undefined;
  return encoding(() => {
    encodeFrame(one, nextKey());
    count++;
  });
}

function encodeOperator() {
  const one = frame();
  const frames = new Subject();
  frames.pipe(encodeFrames({ role: scenario.role })).subscribe(() => count++);
  return encoding(() => frames.next(one));
}

/** What `serve` has with `compression: true`, and a client of rxwire's by default. */
function compression() {
  const request = { headers: { get: () => undefined } };
  const extension = permessageDeflate();
  const { pairs, next } = pairsOf(scenario, () => {
    const server = extension.accept(extension.offer()[0], request);
    const client = extension.confirm(server.parameters);
    return { deflater: server.outbound(), inflater: client.inbound() };
  });
  return () => {
    for (const { deflater, inflater } of pairs) {
      const payload = next();
      const plain = inflater.whole(deflater.whole(payload, Infinity), MAX_BYTES);
      checkNow(count++, payload, plain);
    }
  };
}

const STEPS = { decoder, decodeOperator, encoder, encodeOperator, compression };

coder(STEPS[scenario.mode](), () => count);
