import { NegotiationError } from '../errors.js';
import type { Agreement, Extension, ExtensionParameters } from '../extensions/extension.js';
import { brokenPeer } from './broken-peers.js';
import { Deflater } from './deflater.js';
import { Inflater } from './inflater.js';
import { answerTo, mismatch, offersOf } from './negotiation.js';
import { type CompressionOptions, resolveCompression, thresholdFor } from './options.js';
import { type DeflateParameters, MAX_WINDOW_BITS, readParameters, writeParameters } from './parameters.js';
import { ZlibLanes } from './zlib-lanes.js';

/** The token that the extension is negotiated by. */
const NAME = 'permessage-deflate';
/** RSV1. */
const COMPRESSED = 4;

/** What one direction has agreed to. */
interface Direction {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/**
 * The extension that compresses messages. RFC 7692.
 *
 * An offer that breaks a rule is declined, and the next one looked at; a window of 256 octets is declined for this
 * side's compressor, and obeyed by sending uncompressed where the answer has it. An answer that breaks a rule fails the
 * connection.
 *
 * @param options - Default, and the same as `true`: the preset `'small'`.
 * @param lanes - The bound on what is at work in zlib outside of the event loop, for all connections that use the
 * extension. Default: 4 at the same time.
 * @throws TypeError, RangeError for a wrong option.
 */
export function permessageDeflate(
  options: CompressionOptions | true = true,
  lanes: ZlibLanes = new ZlibLanes(),
): Extension {
  const given = options === true ? {} : options;
  const own = resolveCompression(given);
  const offers = offersOf(given, own);

  const agree = (parameters: ExtensionParameters, sending: Direction, receiving: Direction): Agreement => ({
    parameters,
    inbound: () => new Inflater({ ...receiving, lanes }),
    outbound: () =>
      new Deflater({
        ...sending,
        level: own.level,
        memLevel: own.memLevel,
        thresholdBytes: thresholdFor(own.thresholdBytes, sending.takeover),
        lanes,
      }),
  });

  return {
    name: NAME,
    rsv: COMPRESSED,
    level: 'message',
    offer: () => offers.map(writeParameters),

    accept(parameters, request) {
      if (own.avoidBrokenPeers && brokenPeer(request.headers) !== undefined) return undefined;
      const offer = readParameters(parameters, 'offer');
      const answer = typeof offer === 'string' ? undefined : answerTo(offer, own);
      if (answer === undefined) return undefined;
      return agree(writeParameters(answer), ofServer(answer), ofClient(answer));
    },

    confirm(parameters) {
      const answer = readParameters(parameters, 'answer');
      if (typeof answer === 'string') throw refused(answer);
      // The last offer demands the least: what is wrong by it is wrong by all of them.
      let problem: string | undefined;
      for (const offer of offers) {
        problem = mismatch(answer, offer);
        if (problem === undefined) break;
      }
      if (problem !== undefined) throw refused(problem);
      const agreed = ofClient(answer);
      // A compressor may always do less than it may.
      const sending = {
        windowBits: Math.min(agreed.windowBits, own.clientMaxWindowBits ?? MAX_WINDOW_BITS),
        takeover: agreed.takeover && !own.clientNoContextTakeover,
      };
      return agree(parameters, sending, ofServer(answer));
    },
  };
}

/** What is sent by the server. */
function ofServer(answer: DeflateParameters): Direction {
  return {
    windowBits: answer.serverMaxWindowBits ?? MAX_WINDOW_BITS,
    takeover: !answer.serverNoContextTakeover,
  };
}

/** What is sent by the client. */
function ofClient(answer: DeflateParameters): Direction {
  const { clientMaxWindowBits: bits } = answer;
  return {
    windowBits: typeof bits === 'number' ? bits : MAX_WINDOW_BITS,
    takeover: !answer.clientNoContextTakeover,
  };
}

function refused(problem: string): NegotiationError {
  return new NegotiationError(`the server answered ${NAME} with ${problem}`);
}
