/** The bounds of what a peer may make this side hold, in octets and in objects. */
export interface Limits {
  /**
   * Octets of one message: of what is joined and, with compression, of what is inflated. `Infinity` removes the bound. Default 1 MiB;
   * a longer message fails the connection with 1009 at the header that announces it.
   */
  readonly maxMessageBytes?: number;
  /** Octets of one data frame. Default `maxMessageBytes`; 1009. */
  readonly maxFrameBytes?: number;
  /** Frames of one message, empty ones included. Default 131072; 1008. */
  readonly maxFragments?: number;
  /**
   * Octets of one message that is only taken part by part: the bound in place of `maxMessageBytes` (and, unless it is given, of
   * `maxFrameBytes`) and of `maxFragments`, since nothing of it is joined. Default `Infinity`; 1009.
   */
  readonly maxStreamBytes?: number;
}

/** {@link Limits} with every bound decided. */
export interface ResolvedLimits {
  readonly maxMessageBytes: number;
  readonly maxFrameBytes: number;
  readonly maxFragments: number;
  readonly maxStreamBytes: number;
  /** Octets of one data frame of a message that is only taken part by part. */
  readonly maxStreamFrameBytes: number;
}

const DEFAULT_MAX_MESSAGE_BYTES: number = 1024 * 1024;
const DEFAULT_MAX_FRAGMENTS = 131072;

function bound(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw new TypeError(`${name} is of type ${typeof value}, expected a number`);
  if (value === Infinity || (Number.isInteger(value) && value >= 0)) return value;
  throw new RangeError(`${name} is ${String(value)}, expected an integer of at least 0, or Infinity`);
}

/** @throws TypeError or RangeError that names the option, its value and its range. */
export function resolveLimits(limits: Limits | ResolvedLimits = {}): ResolvedLimits {
  if ('maxStreamFrameBytes' in limits) return limits;
  const maxMessageBytes = bound('maxMessageBytes', limits.maxMessageBytes, DEFAULT_MAX_MESSAGE_BYTES);
  const maxFrameBytes = bound('maxFrameBytes', limits.maxFrameBytes, maxMessageBytes);
  const maxFragments = bound('maxFragments', limits.maxFragments, DEFAULT_MAX_FRAGMENTS);
  if (maxFragments < 1) throw new RangeError('maxFragments is 0, expected at least 1');
  const maxStreamBytes = bound('maxStreamBytes', limits.maxStreamBytes, Infinity);
  const maxStreamFrameBytes = limits.maxFrameBytes ?? maxStreamBytes;
  return { maxMessageBytes, maxFrameBytes, maxFragments, maxStreamBytes, maxStreamFrameBytes };
}
