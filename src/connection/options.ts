import type { SchedulerLike } from 'rxjs';
import type { CloseReply } from '../protocol/closing-handshake.js';
import type { Extension } from '../protocol/extensions/extension.js';
import { type Limits, type ResolvedLimits, resolveLimits } from '../protocol/limits.js';
import type { Outgoing } from '../protocol/message.js';
import type { Role } from '../protocol/opcodes.js';
import { ZlibLanes } from '../protocol/permessage-deflate/index.js';
import type { TextAs } from '../protocol/message-text.js';
import type { OnViolation } from './closer.js';
import { type ExtensionOptions, resolveExtensions } from './extension-options.js';
import { DEFAULT_KEEP_ALIVE, type KeepAliveOptions, type ResolvedKeepAlive } from './keep-alive.js';
import { consoleLogger, guarded, type Logger } from './logger.js';
import { type ReceiveRateOptions, type ResolvedReceiveRate, resolveReceiveRate } from './receive-rate.js';
import {
  anything,
  type Check,
  type Checks,
  checkOptions,
  flag,
  milliseconds,
  oneOf,
  ofType,
  wholeNumber,
} from '../protocol/option-checks.js';

/** Milliseconds for an opening handshake, on either side. */
export const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * What happens when more is sent than `maxBufferedBytes` can hold.
 *
 * - `'close'` closes with 1013.
 * - `'error'` makes `send` throw a LimitError.
 * - `'dropNewest'` drops the message that does not fit; `send` returns false.
 * - `'dropOldest'` drops those that were sent first of the messages that have not begun to be written. So that it can, messages above
 *   `sendHighWaterBytes` are held back, at most 65 536 of them, and go to the transport as it takes what it has. A message for which
 *   there is no room without them is dropped itself.
 * - `{ latest: key }` holds messages back, too, and of each key only the newest, in the place of the one before. `key` is called with
 *   every message that is sent; one for which it returns undefined is never replaced. What it throws, `send` throws, and nothing is
 *   sent. Only what is replaced is dropped: when the rest reaches `maxBufferedBytes` or 65 536 messages, the connection is closed
 *   with 1013.
 *
 * Whole messages are dropped, never control frames, nor frames of `openMessage` and `sendFrame`: a lossy policy that has no message
 * to drop for these closes with 1013.
 */
export type Overflow =
  'close' | 'error' | 'dropNewest' | 'dropOldest' | { readonly latest: (message: Outgoing) => unknown };

/** The options of a connection, of either role. Every one is checked when it is given. */
export interface ConnectionOptions extends Limits, ExtensionOptions {
  /** Milliseconds for the peer to answer a Close frame and end the transport. Default 10 000. */
  readonly closeTimeoutMs?: number;
  /** Milliseconds a client waits for the server to end the transport first, and anybody for a peer that was failed. Default 1000. */
  readonly dropTimeoutMs?: number;
  /** Milliseconds after the end in which what is still held can be taken. Default 10 000. */
  readonly drainTimeoutMs?: number;
  /** Default on, with the defaults of {@link KeepAliveOptions}; false switches it off. */
  readonly keepAlive?: boolean | KeepAliveOptions;
  /**
   * Milliseconds in which nothing comes and nothing is sent, after which the connection is closed with 1001. What keep-alive exchanges does
   * not count. A third of it later at most. Default `Infinity`.
   */
  readonly idleTimeoutMs?: number;
  /**
   * Milliseconds for a message that has begun to come whole, and for any single frame; then the connection is closed with 1008. Pings in
   * between do not give it more. A third of it later at most. Default `Infinity`.
   */
  readonly messageTimeoutMs?: number;
  /** Octets (and 64 a message) kept for those who have not taken them, at which reading stops. Default 256 KiB. */
  readonly receiveHighWaterBytes?: number;
  /** Octets at which reading goes on. Default 64 KiB. */
  readonly receiveLowWaterBytes?: number;
  /** Messages kept at which reading stops; it goes on at a quarter. Default 1024. */
  readonly receiveHighWaterMessages?: number;
  /** How much the peer may send in what time, and what happens when it sends more. Default any amount. */
  readonly receiveRate?: ReceiveRateOptions;
  /** Octets on their way out from which `send` returns false. Default 64 KiB. */
  readonly sendHighWaterBytes?: number;
  /**
   * The most octets on their way out; one message is always taken when none are. Default 16 MiB. At most 65 536 messages wait behind
   * one that is sent frame by frame, whatever they have.
   */
  readonly maxBufferedBytes?: number;
  /** What happens at `maxBufferedBytes`. Default `'close'`: closes with 1013. */
  readonly overflow?: Overflow;
  /** Cuts messages into frames of at most this many octets. Default `Infinity`: one frame. */
  readonly fragmentBytes?: number;
  /** False takes text that is not UTF-8. Default true. */
  readonly validateUtf8?: boolean;
  /** `'bytes'` hands out text as its UTF-8 octets, in a `Message<Uint8Array>`. Default `'string'`. */
  readonly textAs?: TextAs;
  /** Whether Pings are answered; a function decides for each payload, at once. Default true. */
  readonly autoPong?: boolean | ((payload: Uint8Array) => boolean);
  /** Answer a Close frame with the same status or with 1000. Default `'echo'`. */
  readonly closeReply?: CloseReply;
  /**
   * What a peer gets that breaks a rule: a Close frame with the reason, and the end of the transport within `dropTimeoutMs` (`'close'`, the
   * default), or the end at once and no frame (`'drop'`). One that breaks it while closing gets the latter in any case. RFC 6455
   * section 7.1.7.
   */
  readonly onViolation?: OnViolation;
  /** Masks what is sent, or does not, against the role. For tests. */
  readonly maskFrames?: boolean;
  /** False leaves payloads unmasked in both directions while the MASK bit and keys stay. For tests. */
  readonly applyMask?: boolean;
  /** Default: warnings and errors to the console. `{}` is silent. */
  readonly logger?: Logger;
  /** Where time comes from. Default the machine's clock. */
  readonly scheduler?: SchedulerLike;
}

/** {@link ConnectionOptions} with everything decided. */
export interface ResolvedConnectionOptions extends ResolvedLimits {
  readonly closeTimeoutMs: number;
  readonly dropTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly keepAlive: ResolvedKeepAlive | false;
  readonly idleTimeoutMs: number;
  readonly messageTimeoutMs: number;
  readonly receiveHighWaterBytes: number;
  readonly receiveLowWaterBytes: number;
  readonly receiveHighWaterMessages: number;
  readonly receiveRate: ResolvedReceiveRate | undefined;
  readonly sendHighWaterBytes: number;
  readonly maxBufferedBytes: number;
  readonly overflow: Overflow;
  readonly fragmentBytes: number;
  /** What is offered or accepted, compression first. */
  readonly extensions: readonly Extension[];
  /** Where long messages are at work outside of the event loop. */
  readonly zlibLanes: ZlibLanes;
  readonly validateUtf8: boolean;
  readonly textAs: TextAs;
  readonly autoPong: boolean | ((payload: Uint8Array) => boolean);
  readonly closeReply: CloseReply;
  readonly onViolation: OnViolation;
  readonly maskFrames: boolean | undefined;
  readonly applyMask: boolean;
  /** A client's and a server's own, set by their folders. */
  readonly acceptMasked?: boolean;
  readonly requireMasked?: boolean;
  readonly maxLifetimeMs?: number;
  readonly maskingKey?: (() => Uint8Array) | undefined;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike | undefined;
}

const KIB = 1024;

const DEFAULTS = Object.freeze({
  closeTimeoutMs: 10_000,
  dropTimeoutMs: 1000,
  drainTimeoutMs: 10_000,
  idleTimeoutMs: Infinity,
  messageTimeoutMs: Infinity,
  receiveHighWaterBytes: 256 * KIB,
  receiveLowWaterBytes: 64 * KIB,
  receiveHighWaterMessages: 1024,
  sendHighWaterBytes: 64 * KIB,
  maxBufferedBytes: 16 * KIB * KIB,
  overflow: 'close',
  fragmentBytes: Infinity,
  validateUtf8: true,
  textAs: 'string',
  autoPong: true,
  closeReply: 'echo',
  onViolation: 'close',
  maskFrames: undefined,
  applyMask: true,
  logger: consoleLogger,
  scheduler: undefined,
} as const);

const POLICIES = oneOf('close', 'error', 'dropNewest', 'dropOldest');
const overflowPolicy: Check = {
  expected: `${POLICIES.expected} or { latest: key }`,
  accepts: (value) => POLICIES.accepts(value) || (typeof value === 'object' && value !== null),
  inRangeOfType: (value) => POLICIES.inRangeOfType(value),
};

/** How each of them is checked; those of a client and of a server are added by their folders. */
export const CONNECTION_CHECKS: Checks = Object.freeze({
  maxMessageBytes: wholeNumber(0),
  maxFrameBytes: wholeNumber(0),
  maxFragments: wholeNumber(1),
  maxStreamBytes: wholeNumber(0),
  closeTimeoutMs: milliseconds,
  dropTimeoutMs: milliseconds,
  drainTimeoutMs: milliseconds,
  keepAlive: ofType('boolean', 'object'),
  idleTimeoutMs: milliseconds,
  messageTimeoutMs: milliseconds,
  receiveHighWaterBytes: wholeNumber(1),
  receiveLowWaterBytes: wholeNumber(0),
  receiveHighWaterMessages: wholeNumber(1),
  receiveRate: ofType('object'),
  sendHighWaterBytes: wholeNumber(1),
  maxBufferedBytes: wholeNumber(1),
  overflow: overflowPolicy,
  fragmentBytes: wholeNumber(1),
  compression: ofType('boolean', 'object'),
  maxConcurrentInflate: wholeNumber(1),
  extensions: anything,
  validateUtf8: flag,
  textAs: oneOf('string', 'bytes'),
  autoPong: ofType('boolean', 'function'),
  closeReply: oneOf('echo', 'normal'),
  onViolation: oneOf('close', 'drop'),
  maskFrames: flag,
  applyMask: flag,
  logger: ofType('object'),
  scheduler: ofType('object'),
});

const OVERFLOW_CHECKS: Checks = Object.freeze({ latest: ofType('function') });

const KEEP_ALIVE_CHECKS: Checks = Object.freeze({
  intervalMs: milliseconds,
  timeoutMs: milliseconds,
  payloadBytes: wholeNumber(4, 125),
  anyTraffic: flag,
});

function resolveKeepAlive(option: boolean | KeepAliveOptions | undefined): ResolvedKeepAlive | false {
  if (option === false) return false;
  if (option === undefined || option === true) return DEFAULT_KEEP_ALIVE;
  checkOptions(option, KEEP_ALIVE_CHECKS, 'keepAlive.');
  return withoutUndefined(DEFAULT_KEEP_ALIVE, option);
}

function checkOverflow(option: Overflow): void {
  if (typeof option !== 'object') return;
  checkOptions(option, OVERFLOW_CHECKS, 'overflow.');
  if ((option.latest as unknown) === undefined) {
    throw new TypeError('option overflow.latest is missing, expected a function from a message to its key');
  }
}

/** `given` over `defaults`, where an option that is given as undefined is not given. */
export function withoutUndefined<T extends object>(defaults: T, given: Partial<Record<keyof T, unknown>>): T {
  const merged = { ...defaults } as Record<string, unknown>;
  for (const name of Object.keys(defaults)) {
    const value = given[name as keyof T];
    if (value !== undefined) merged[name] = value;
  }
  return merged as T;
}

/**
 * Decides what was left open. The options have been checked.
 *
 * @param zlibLanes - Where long messages are at work, if that is shared with others.
 */
export function resolveConnectionOptions(
  options: ConnectionOptions,
  role: Role,
  zlibLanes: ZlibLanes = new ZlibLanes(options.maxConcurrentInflate),
): ResolvedConnectionOptions {
  const merged = withoutUndefined<
    Omit<
      ResolvedConnectionOptions,
      keyof ResolvedLimits | 'keepAlive' | 'receiveRate' | 'extensions' | 'zlibLanes'
    >
  >(DEFAULTS, options);
  const low = Math.min(merged.receiveLowWaterBytes, merged.receiveHighWaterBytes);
  if (
    options.receiveLowWaterBytes !== undefined &&
    options.receiveLowWaterBytes > merged.receiveHighWaterBytes
  ) {
    throw new RangeError(
      `option receiveLowWaterBytes is ${String(options.receiveLowWaterBytes)}, expected at most receiveHighWaterBytes (${String(merged.receiveHighWaterBytes)})`,
    );
  }
  checkOverflow(merged.overflow);
  return {
    ...merged,
    ...resolveLimits(options),
    logger: guarded(merged.logger),
    receiveLowWaterBytes: low,
    keepAlive: resolveKeepAlive(options.keepAlive),
    receiveRate: resolveReceiveRate(options.receiveRate),
    extensions: resolveExtensions(options, role, zlibLanes),
    zlibLanes,
  };
}
