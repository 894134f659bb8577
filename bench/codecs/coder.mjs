import { setImmediate as nextTurn } from 'node:timers/promises';
import { answer, cpuMicros } from '../lib/control.mjs';
import { clientFrames } from '../lib/frames.mjs';

const CHUNK_BYTES = 64 * 1024;
const STREAM_BYTES = 1024 * 1024;
/** Steps between two looks at the clock, after which what Node does between turns is done, too. */
const STEPS = 16;

/** Messages in a row, masked, as a socket would give them: in chunks of 64 KiB, whose ends are anywhere. */
export function chunksOf(scenario) {
  const { frameBytes } = scenario;
  const count = Math.max(8, Math.round(STREAM_BYTES / frameBytes));
  const stream = clientFrames(scenario, count);
  const chunks = [];
  for (let at = 0; at < stream.length; at += CHUNK_BYTES) chunks.push(stream.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

/** A copy for the decoder to unmask in place, in memory of its own like what a socket reads into. */
export function fresh(chunk) {
  const copy = Buffer.allocUnsafeSlow(chunk.length);
  chunk.copy(copy);
  return copy;
}

/**
 * Answers with how many messages went through in a time.
 *
 * @param {() => void | Promise<void>} step
 * @param {() => number} messages - How many have gone through so far.
 */
export function coder(step, messages) {
  answer({
    run: async ({ ms }) => {
      const messagesBefore = messages();
      const cpuBefore = cpuMicros();
      const began = performance.now();
      while (performance.now() - began < ms) {
        for (let i = 0; i < STEPS; i++) {
          const later = step();
          if (later !== undefined) await later;
        }
        await nextTurn();
      }
      return {
        messages: messages() - messagesBefore,
        cpuMicros: cpuMicros() - cpuBefore,
        wallMs: performance.now() - began,
      };
    },
  });
}

/** Calls `decode` with one chunk after the other, each a copy. */
export function decoding(scenario, decode) {
  const chunks = chunksOf(scenario);
  let at = 0;
  return () => {
    decode(fresh(chunks[at]));
    at = (at + 1) % chunks.length;
  };
}

/** Calls `encode` a thousand times a step. */
export function encoding(encode) {
  return () => {
    for (let i = 0; i < 1000; i++) encode();
  };
}
