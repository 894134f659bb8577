import { tickers } from '../lib/tickers.mjs';

/** So many connections take turns, as those of a server do. */
const PAIRS = 64;
/** A turn of them is longer than every window, so that no message is found whole in what came before. */
const TURN_BYTES = 64 * 1024;

/**
 * What `compression` steps through: each step moves one message through each pair, a compressor and the decompressor of its peer.
 *
 * @template Pair
 * @param {{ size: number }} scenario
 * @param {() => Pair} make
 * @returns {{ pairs: Pair[], next: () => Buffer }} `next` gives one message after the other, round and round.
 */
export function pairsOf({ size }, make) {
  const payloads = tickers(size, Math.max(8, Math.ceil(TURN_BYTES / size)));
  let at = 0;
  return {
    pairs: Array.from({ length: PAIRS }, make),
    next: () => payloads[at++ % payloads.length],
  };
}

/** What came out must be what went in: looked at now and then only, so that it costs nothing. */
export function checkNow(count, payload, plain) {
  if (count % 1009 !== 0 || payload.equals(plain)) return;
  throw new Error('what is inflated is not what was deflated');
}
