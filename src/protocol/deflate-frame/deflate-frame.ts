import { NegotiationError } from '../errors.js';
import type { Agreement, Extension, ExtensionParameters } from '../extensions/extension.js';
import { Deflater } from '../permessage-deflate/deflater.js';
import { Inflater } from '../permessage-deflate/inflater.js';
import { IMPOSSIBLE_WINDOW_BITS } from '../permessage-deflate/negotiation.js';
import { MAX_WINDOW_BITS } from '../permessage-deflate/parameters.js';
import { ZlibLanes } from '../permessage-deflate/zlib-lanes.js';
import { type Demands, readDemands, writeDemands } from './demands.js';
import { type DeflateFrameOptions, resolveDeflateFrame } from './options.js';

const NAMES = ['deflate-frame', 'x-webkit-deflate-frame'] as const;
/** RSV1. */
const COMPRESSED = 4;

/**
 * The extension that compresses each data frame by itself, which was there before permessage-deflate.
 * draft-tyoshino-hybi-websocket-perframe-deflate-06.
 *
 * Each side's parameters are demands on the other side's compressor: those of the offer bind the server, those of the
 * answer the client. Frames share one history, across messages too. It uses the same bit as permessage-deflate: a
 * connection has one of the two.
 *
 * An offer that breaks a rule, or demands a window of 256 octets, is declined. An answer that breaks a rule fails the
 * connection; to one that demands a window of 256 octets everything is sent uncompressed.
 *
 * @param lanes - The bound on what is at work in zlib outside of the event loop, for all connections that use the
 * extension. Default: 4 at the same time.
 * @throws TypeError, RangeError for a wrong option.
 */
export function deflateFrame(
  options: DeflateFrameOptions = {},
  lanes: ZlibLanes = new ZlibLanes(),
): Extension {
  const own = resolveDeflateFrame(options);

  const agree = (parameters: ExtensionParameters, demanded: Demands): Agreement => ({
    parameters,
    inbound: () =>
      new Inflater({
        windowBits: own.maxWindowBits ?? MAX_WINDOW_BITS,
        takeover: !own.noContextTakeover,
        lanes,
      }),
    outbound: () =>
      new Deflater({
        windowBits: Math.min(own.windowBits, demanded.maxWindowBits ?? MAX_WINDOW_BITS),
        takeover: !demanded.noContextTakeover,
        level: own.level,
        memLevel: own.memLevel,
        thresholdBytes: own.thresholdBytes,
        lanes,
      }),
  });

  return {
    name: own.name,
    aliases: NAMES.filter((name) => name !== own.name),
    rsv: COMPRESSED,
    level: 'frame',
    offer: () => [writeDemands(own)],

    accept(parameters) {
      const demanded = readDemands(parameters);
      if (typeof demanded === 'string' || demanded.maxWindowBits === IMPOSSIBLE_WINDOW_BITS) return undefined;
      return agree(writeDemands(own), demanded);
    },

    confirm(parameters) {
      const demanded = readDemands(parameters);
      if (typeof demanded === 'string') {
        throw new NegotiationError(`the server answered ${own.name} with ${demanded}`);
      }
      return agree(parameters, demanded);
    },
  };
}
