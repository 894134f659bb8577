// What a client sends that compresses, made before: it costs the load nothing while it is measured.
import { once } from 'node:events';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { compressedFrames, isWholeCompressed } from './frames.mjs';
import { tickers } from './tickers.mjs';

/** The largest window there is, in octets: nothing refers back further. */
const WINDOW_BYTES = 32 * 1024;
/** The window of the load's compressor. One of the servers asks for this, and no server minds a smaller one than it may expect. */
const WINDOW_BITS = 12;
/** What every flush ends with, and is not sent. RFC 7692 section 7.2.1. */
const FLUSH_END = Buffer.of(0x00, 0x00, 0xff, 0xff);

/** What the load offers: as browsers do, or no context takeover in either direction. */
export function offerOf({ takeover }) {
  return takeover
    ? 'permessage-deflate; client_max_window_bits'
    : 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
}

/** Deflates or inflates payloads one after the other. Without takeover each has a stream of its own. */
async function through(make, payloads, takeover) {
  const results = [];
  let stream;
  let parts = [];
  for (const payload of payloads) {
    if (stream === undefined || !takeover) {
      stream?.close();
      stream = make();
      stream.on('data', (part) => parts.push(part));
    }
    stream.write(payload);
    await new Promise((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
    results.push(Buffer.concat(parts));
    parts = [];
  }
  stream.close();
  await once(stream, 'close');
  return results;
}

async function deflated(payloads, takeover) {
  const flushed = await through(() => createDeflateRaw({ windowBits: WINDOW_BITS }), payloads, takeover);
  return flushed.map((bytes) => bytes.subarray(0, -FLUSH_END.length));
}

/** The plaintext of payloads that a server has sent. */
export function inflated(payloads, takeover) {
  const ended = payloads.map((payload) => Buffer.concat([payload, FLUSH_END]));
  return through(() => createInflateRaw(), ended, takeover);
}

/**
 * An endless series of messages that was compressed once. It goes round: behind its first turn, what a message may refer back to
 * is the same in every turn, because a turn is longer than the largest window; so the frames of the second can be sent for ever.
 */
export class CompressedSeries {
  /** The plaintext of one turn. @type {Buffer[]} */
  payloads;
  #bytes;
  /** Where each frame begins, and where the last one ends. */
  #starts;

  /** @param {{ size: number, type: 'text', takeover: boolean }} scenario */
  static async of({ size, type, takeover }) {
    const series = new CompressedSeries();
    const payloads = tickers(size, Math.max(8, Math.ceil((2 * WINDOW_BYTES) / size)));
    const frames = compressedFrames(type, await deflated([...payloads, ...payloads], takeover));
    series.payloads = payloads;
    series.#bytes = Buffer.concat(frames);
    series.#starts = [0];
    for (const frame of frames) series.#starts.push(series.#starts.at(-1) + frame.length);
    return series;
  }

  /** Writes `messages` frames that follow the one at `position`, where 0 is before the first. @returns the new position. */
  write(socket, position, messages) {
    const end = this.#starts.length - 1;
    let at = position;
    for (let left = messages; left > 0;) {
      if (at === end) at = this.payloads.length;
      const some = Math.min(left, end - at);
      socket.write(this.#bytes.subarray(this.#starts[at], this.#starts[at + some]));
      at += some;
      left -= some;
    }
    return at;
  }
}

/**
 * Reads frames only as far as it takes to count them.
 *
 * @param {(first: number, payload: Buffer) => void} [onFrame] - Given each frame; without it payloads are not looked at.
 * @returns {(count: number, buffer: Buffer) => number} what is given the bytes that come, and says how many frames they end.
 */
export function frameCounter(onFrame) {
  const header = Buffer.alloc(14);
  let have = 0;
  let need = 2;
  let left = 0;
  let parts = [];
  return (count, buffer) => {
    let frames = 0;
    let at = 0;
    while (at < count) {
      if (have < need) {
        header[have++] = buffer[at++];
        if (have === 2) need = headerBytes(header[1]);
        if (have < need) continue;
        left = payloadBytes(header);
      } else {
        const some = Math.min(left, count - at);
        if (onFrame !== undefined) parts.push(Buffer.from(buffer.subarray(at, at + some)));
        left -= some;
        at += some;
      }
      if (left > 0) continue;
      onFrame?.(header[0], Buffer.concat(parts));
      parts = [];
      have = 0;
      need = 2;
      frames++;
    }
    return frames;
  };
}

/** With the masking key, if there is one. */
function headerBytes(second) {
  const length = second & 0x7f;
  return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + (second & 0x80 ? 4 : 0);
}

function payloadBytes(header) {
  const length = header[1] & 0x7f;
  if (length < 126) return length;
  return length === 126 ? header.readUInt16BE(2) : header.readUInt32BE(6);
}

/** @throws Error when the frames of a server are not `payloads`, compressed. */
export async function checkReplies(frames, payloads, takeover) {
  if (!frames.every(([first]) => isWholeCompressed(first))) throw new Error('the echo is not compressed');
  const plain = await inflated(
    frames.map(([, payload]) => payload),
    takeover,
  );
  if (plain.length !== payloads.length || !plain.every((bytes, i) => bytes.equals(payloads[i]))) {
    throw new Error('the echo is not what was sent');
  }
}
