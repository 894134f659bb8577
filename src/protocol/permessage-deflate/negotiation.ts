import type { CompressionOptions, ResolvedCompression } from './options.js';
import type { DeflateParameters } from './parameters.js';

/** zlib cannot keep to a window of 256 octets: a peer that demands one of our compressor is better served without. */
export const IMPOSSIBLE_WINDOW_BITS = 8;

/** What every client offers: gateways are known to refuse a handshake that offers more. */
const PLAINEST: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: undefined,
  clientMaxWindowBits: 'any',
};

/** A client's offers, the one it likes best first: what it demands, and behind that an offer that demands nothing. */
export function offersOf(
  options: CompressionOptions,
  resolved: ResolvedCompression,
): readonly DeflateParameters[] {
  const first: DeflateParameters = {
    serverNoContextTakeover: resolved.serverNoContextTakeover,
    clientNoContextTakeover: resolved.clientNoContextTakeover,
    // The preset's window is this side's own wish and no demand.
    serverMaxWindowBits: options.serverMaxWindowBits,
    clientMaxWindowBits: options.clientMaxWindowBits ?? 'any',
  };
  const demands = first.serverNoContextTakeover || first.serverMaxWindowBits !== undefined;
  return demands ? [first, PLAINEST] : [first];
}

/**
 * A server's answer to an offer that breaks no rule. RFC 7692 sections 7.1.1 and 7.1.2.
 *
 * @returns undefined to decline it.
 */
export function answerTo(offer: DeflateParameters, own: ResolvedCompression): DeflateParameters | undefined {
  if (offer.serverMaxWindowBits === IMPOSSIBLE_WINDOW_BITS) return undefined;
  if (
    own.requireWindowBits &&
    own.clientMaxWindowBits !== undefined &&
    offer.clientMaxWindowBits === undefined
  ) {
    return undefined;
  }
  return {
    serverNoContextTakeover: offer.serverNoContextTakeover || own.serverNoContextTakeover,
    clientNoContextTakeover: offer.clientNoContextTakeover || own.clientNoContextTakeover,
    serverMaxWindowBits: least(offer.serverMaxWindowBits, own.serverMaxWindowBits),
    clientMaxWindowBits: clientBits(offer.clientMaxWindowBits, own.clientMaxWindowBits),
  };
}

/** The window may be answered only to a client that offered the parameter. RFC 7692 section 7.1.2.2. */
function clientBits(offered: number | 'any' | undefined, own: number | undefined): number | undefined {
  if (offered === undefined) return undefined;
  return offered === 'any' ? own : least(offered, own);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/**
 * Why an answer that breaks no rule by itself is no answer to `offer`; undefined when it is one. RFC 7692 section 7.1.
 */
export function mismatch(answer: DeflateParameters, offer: DeflateParameters): string | undefined {
  if (offer.serverNoContextTakeover && !answer.serverNoContextTakeover) {
    return 'no server_no_context_takeover, expected it as it was offered';
  }
  return (
    serverBitsMismatch(answer.serverMaxWindowBits, offer.serverMaxWindowBits) ??
    clientBitsMismatch(answer.clientMaxWindowBits, offer.clientMaxWindowBits)
  );
}

function serverBitsMismatch(answered: number | undefined, offered: number | undefined): string | undefined {
  if (offered === undefined || (answered !== undefined && answered <= offered)) return undefined;
  const came =
    answered === undefined ? 'no server_max_window_bits' : `server_max_window_bits=${String(answered)}`;
  return `${came}, expected 8 to ${String(offered)} as it was offered`;
}

function clientBitsMismatch(
  answered: number | 'any' | undefined,
  offered: number | 'any' | undefined,
): string | undefined {
  if (answered === undefined) return undefined;
  const came = `client_max_window_bits=${String(answered)}`;
  if (offered === undefined) return `${came}, expected none as it was not offered`;
  if (offered === 'any' || Number(answered) <= offered) return undefined;
  return `${came}, expected 8 to ${String(offered)} as it was offered`;
}
