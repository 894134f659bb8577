import { type Checks, checkOptions, flag, oneOf, wholeNumber } from '../option-checks.js';

/** The token of the draft, and the one under which WebKit had it. */
export type DeflateFrameName = 'deflate-frame' | 'x-webkit-deflate-frame';

/** How frames are compressed. draft-tyoshino-hybi-websocket-perframe-deflate-06. */
export interface DeflateFrameOptions {
  /** The name that a client offers; a server knows both. Default `'deflate-frame'`. */
  readonly name?: DeflateFrameName;
  /** Demands of the peer's compressor a window of at most 2^n octets: 8 to 15. Default: no demand. */
  readonly maxWindowBits?: number;
  /** Demands that the peer's compressor begins each frame anew. Default false. */
  readonly noContextTakeover?: boolean;
  /** The window of this side's own compressor, 9 to 15, less if the peer demands it. Default 12. */
  readonly windowBits?: number;
  /** How hard zlib tries: 0 to 9. Default 5. */
  readonly level?: number;
  /** The memory zlib takes while it compresses, 2^(memLevel + 9) octets: 1 to 9. Default 5. */
  readonly memLevel?: number;
  /** A frame of fewer octets is sent as it is, unless `compress: true` comes with the message. Default 21. */
  readonly thresholdBytes?: number;
}

/** The options with their defaults. */
export interface ResolvedDeflateFrame {
  readonly name: DeflateFrameName;
  readonly maxWindowBits: number | undefined;
  readonly noContextTakeover: boolean;
  readonly windowBits: number;
  readonly level: number;
  readonly memLevel: number;
  readonly thresholdBytes: number;
}

const CHECKS: Checks = {
  name: oneOf('deflate-frame', 'x-webkit-deflate-frame'),
  maxWindowBits: wholeNumber(8, 15),
  noContextTakeover: flag,
  windowBits: wholeNumber(9, 15),
  level: wholeNumber(0, 9),
  memLevel: wholeNumber(1, 9),
  thresholdBytes: wholeNumber(0),
};

/** @throws TypeError, RangeError for an option that is unknown or has a wrong value. */
export function resolveDeflateFrame(options: DeflateFrameOptions): ResolvedDeflateFrame {
  checkOptions(options, CHECKS);
  return {
    name: options.name ?? 'deflate-frame',
    maxWindowBits: options.maxWindowBits,
    noContextTakeover: options.noContextTakeover ?? false,
    windowBits: options.windowBits ?? 12,
    level: options.level ?? 5,
    memLevel: options.memLevel ?? 5,
    thresholdBytes: options.thresholdBytes ?? 21,
  };
}
