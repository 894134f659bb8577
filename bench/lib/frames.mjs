// Builds what the load sends and what it expects back, by hand: neither library takes part in it.

const OPCODES = Object.freeze({ text: 1, binary: 2 });

/** A small generator of repeatable numbers below `below` (mulberry32). */
export function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * The payload of a scenario: printable ASCII, text of several scripts, or any bytes.
 *
 * @param {{ size: number, type: 'text' | 'binary', script?: 'mixed' }} scenario
 */
export function payloadOf({ size, type, script }) {
  const next = numbers(size + 1);
  const payload = Buffer.alloc(size);
  if (script === 'mixed') {
    const letters = ['a', 'é', 'ж', '中', ' ', 'ß', 'あ', '😀'].map((letter) => Buffer.from(letter));
    let at = 0;
    while (size - at >= 4) at += letters[next(letters.length)].copy(payload, at);
    payload.fill('.', at);
    return payload;
  }
  for (let i = 0; i < size; i++) payload[i] = type === 'text' ? 32 + next(95) : next(256);
  return payload;
}

/** FIN, and RSV1 for what is compressed. */
const FIN = 0x80;
const COMPRESSED = 0x40;

function header(type, length, maskBit, bits = FIN) {
  const first = bits | OPCODES[type];
  if (length < 126) return Buffer.of(first, maskBit | length);
  if (length < 65536) return Buffer.of(first, maskBit | 126, length >> 8, length & 0xff);
  const long = Buffer.alloc(10);
  long[0] = first;
  long[1] = maskBit | 127;
  long.writeUInt32BE(length, 6);
  return long;
}

/** A frame as servers send it. */
export function serverFrame(type, payload) {
  return Buffer.concat([header(type, payload.length, 0), payload]);
}

/** A frame as clients send it, masked with the four bytes of `key`. */
export function clientFrame(type, payload, key, bits = FIN) {
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] ^= key[i & 3];
  return Buffer.concat([header(type, payload.length, 0x80, bits), key, masked]);
}

/** Frames in a row, each masked with a key of its own in which no byte is zero. */
function framesOf(type, payloads, bits) {
  const next = numbers(7);
  return payloads.map((payload) => {
    const key = Buffer.of(1 + next(255), 1 + next(255), 1 + next(255), 1 + next(255));
    return clientFrame(type, payload, key, bits);
  });
}

/** Frames whose payloads permessage-deflate has compressed. RFC 7692 section 7.2.1. */
export function compressedFrames(type, payloads) {
  return framesOf(type, payloads, FIN | COMPRESSED);
}

/** Whether the first byte of a frame says that it is a whole message, and compressed. */
export function isWholeCompressed(first) {
  return (first & 0xf0) === (FIN | COMPRESSED);
}

/** `count` frames in a row with the payload of the scenario. */
export function clientFrames(scenario, count) {
  const payload = payloadOf(scenario);
  return Buffer.concat(framesOf(scenario.type, Array(count).fill(payload)));
}

const MARKER = Buffer.from('!');

/** The message of one character that ends a round in one direction. */
export const clientMarker = clientFrame('text', MARKER, Buffer.of(0x5a, 0xa5, 0x3c, 0xc3));
export const serverMarker = serverFrame('text', MARKER);
