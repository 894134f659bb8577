import { type Checks, checkOptions, flag, oneOf, wholeNumber } from '../option-checks.js';

/**
 * How messages are compressed. RFC 7692.
 *
 * "server" and "client" in a name say whose compressor it is about, whichever side has the option: each side may bind
 * the other's. The measurements are of JSON messages on one core of a virtual server.
 */
export interface CompressionOptions {
  /**
   * What the other options default to.
   *
   * - `'small'`, the default: context takeover, a window of 4 KiB, level 5, `memLevel` 5. An idle connection holds at
   * most 4 KiB for what it sends and what the peer's window is for what it receives, 4 KiB where the peer lets itself
   * be bound. 1 KiB takes 20 µs and becomes 0.22 KiB.
   * - `'stateless'`: no context takeover in either direction, so nothing is held between messages. 1 KiB becomes 0.32
   * KiB.
   * - `'large'`: context takeover, a window of 32 KiB, level 6, `memLevel` 8. Up to 32 KiB are held for each direction,
   * and a message of 1 KiB takes 40 µs more than with `'small'`. It becomes no smaller; one of 200 octets becomes 13 %
   * smaller.
   */
  readonly preset?: 'small' | 'stateless' | 'large';
  /**
   * The server begins each message anew. A client demands it, and offers to do without behind that. Default by
   * `preset`.
   */
  readonly serverNoContextTakeover?: boolean;
  /** The client begins each message anew. A server demands it. Default by `preset`. */
  readonly clientNoContextTakeover?: boolean;
  /**
   * The largest window of the server, as a power of two: 8 to 15. With 8 it sends everything uncompressed. A client
   * that sets it demands it, and offers to do without behind that. Default by `preset`, which a client does not offer.
   */
  readonly serverMaxWindowBits?: number;
  /**
   * The largest window of the client, as a power of two: 8 to 15. With 8 it sends everything uncompressed. A server
   * demands it of a client that lets itself be bound, see `requireWindowBits`. Default by `preset`, which a client
   * keeps to and does not offer.
   */
  readonly clientMaxWindowBits?: number;
  /** How hard zlib tries: 0, not at all, to 9. Default by `preset`. */
  readonly level?: number;
  /** The memory zlib takes while it compresses, 2^(memLevel + 9) octets: 1 to 9. Default by `preset`. */
  readonly memLevel?: number;
  /**
   * A message of fewer octets is sent as it is, unless `compress: true` comes with it. Default 64 with context
   * takeover, where 64 octets of JSON become 20; 1024 without, where 200 octets become 140.
   */
  readonly thresholdBytes?: number;
  /**
   * A server declines an offer whose client does not let its window be bound, when `clientMaxWindowBits` or the preset
   * has a bound. Default false: it accepts, and holds up to 32 KiB for what that client sends. A client ignores it.
   */
  readonly requireWindowBits?: boolean;
  /** A server does not compress with Safari 15.0 to 15.3, which cannot read it. Default true. */
  readonly avoidBrokenPeers?: boolean;
}

/** The options with the values of the preset. */
export interface ResolvedCompression {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** Undefined: no bound but that of the protocol, 15. */
  readonly serverMaxWindowBits: number | undefined;
  readonly clientMaxWindowBits: number | undefined;
  readonly level: number;
  readonly memLevel: number;
  readonly thresholdBytes: number | undefined;
  readonly requireWindowBits: boolean;
  readonly avoidBrokenPeers: boolean;
}

/** What each option may be, for who has options of which `compression` is one. */
export const COMPRESSION_CHECKS: Checks = {
  preset: oneOf('small', 'stateless', 'large'),
  serverNoContextTakeover: flag,
  clientNoContextTakeover: flag,
  serverMaxWindowBits: wholeNumber(8, 15),
  clientMaxWindowBits: wholeNumber(8, 15),
  level: wholeNumber(0, 9),
  memLevel: wholeNumber(1, 9),
  thresholdBytes: wholeNumber(0),
  requireWindowBits: flag,
  avoidBrokenPeers: flag,
};

interface Preset {
  readonly noContextTakeover: boolean;
  readonly windowBits: number | undefined;
  readonly level: number;
  readonly memLevel: number;
}

/*
 * 'small', measured with messages of 200 B, 1 KiB and 16 KiB of JSON, µs and compressed size: level 3 takes 13, 18, 98
 * for 0.33, 0.24, 0.22; level 5 takes 13, 20, 126 for 0.32, 0.22, 0.20; level 6 takes 14, 22, 156 for 0.31, 0.22, 0.20.
 * A window of 2 KiB saves 2 µs and costs 3 % at 200 B, one of 8 KiB takes 6 µs more and gains 3 % there. More memory
 * than memLevel 5 gains nothing below 16 KiB and 4 % of the time at that.
 */
const PRESETS: Readonly<Record<NonNullable<CompressionOptions['preset']>, Preset>> = {
  small: { noContextTakeover: false, windowBits: 12, level: 5, memLevel: 5 },
  stateless: { noContextTakeover: true, windowBits: undefined, level: 5, memLevel: 8 },
  large: { noContextTakeover: false, windowBits: undefined, level: 6, memLevel: 8 },
};

const THRESHOLD_WITH_TAKEOVER_BYTES = 64;
const THRESHOLD_BYTES = 1024;

/**
 * @param prefix - What stands before the names in errors.
 * @throws TypeError, RangeError for an option that is unknown or has a wrong value.
 */
export function resolveCompression(options: CompressionOptions, prefix = ''): ResolvedCompression {
  checkOptions(options, COMPRESSION_CHECKS, prefix);
  const preset = PRESETS[options.preset ?? 'small'];
  return {
    serverNoContextTakeover: options.serverNoContextTakeover ?? preset.noContextTakeover,
    clientNoContextTakeover: options.clientNoContextTakeover ?? preset.noContextTakeover,
    serverMaxWindowBits: options.serverMaxWindowBits ?? preset.windowBits,
    clientMaxWindowBits: options.clientMaxWindowBits ?? preset.windowBits,
    level: options.level ?? preset.level,
    memLevel: options.memLevel ?? preset.memLevel,
    thresholdBytes: options.thresholdBytes,
    requireWindowBits: options.requireWindowBits ?? false,
    avoidBrokenPeers: options.avoidBrokenPeers ?? true,
  };
}

/** From how many octets on messages are compressed by themselves. */
export function thresholdFor(thresholdBytes: number | undefined, takeover: boolean): number {
  return thresholdBytes ?? (takeover ? THRESHOLD_WITH_TAKEOVER_BYTES : THRESHOLD_BYTES);
}
