// Builds what the load sends and what it expects back, by hand: neither library takes part in it.

const OPCODES = Object.freeze({ text: 1, binary: 2 });

/** A small generator of repeatable numbers below `below` (mulberry32). */
function numbers(seed) {
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

function header(type, length, maskBit) {
  const first = 0x80 | OPCODES[type];
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
export function clientFrame(type, payload, key) {
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] ^= key[i & 3];
  return Buffer.concat([header(type, payload.length, 0x80), key, masked]);
}

/** `count` frames in a row, each masked with a key of its own in which no byte is zero. */
export function clientFrames(scenario, count) {
  const payload = payloadOf(scenario);
  const next = numbers(7);
  const frames = [];
  for (let i = 0; i < count; i++) {
    const key = Buffer.of(1 + next(255), 1 + next(255), 1 + next(255), 1 + next(255));
    frames.push(clientFrame(scenario.type, payload, key));
  }
  return Buffer.concat(frames);
}

const MARKER = Buffer.from('!');

/** The message of one character that ends a round in one direction. */
export const clientMarker = clientFrame('text', MARKER, Buffer.of(0x5a, 0xa5, 0x3c, 0xc3));
export const serverMarker = serverFrame('text', MARKER);
