import {
  type Checks,
  checkOptions,
  flag,
  milliseconds,
  oneOf,
  wholeNumber,
} from '../protocol/option-checks.js';

const SEND: Checks = Object.freeze({
  type: oneOf('text', 'binary'),
  fragmentBytes: wholeNumber(1),
  compress: flag,
});
const OPEN: Checks = Object.freeze({ type: oneOf('text', 'binary'), compress: flag });
const CONSUME: Checks = Object.freeze({ concurrency: wholeNumber(1) });
const PING: Checks = Object.freeze({ timeoutMs: milliseconds });

/** Those of `send`. @throws TypeError or RangeError for one that is unknown or out of range; so do the others. */
export function checkSendOptions(options: object): void {
  checkOptions(options, SEND);
}

/** Those of `openMessage` and `sendStream`, and their `type`. */
export function checkOpenOptions(options: object): void {
  checkOptions(options, OPEN);
}

/** Those of `consume`. */
export function checkConsumeOptions(options: object): void {
  checkOptions(options, CONSUME);
}

/** Those of `ping`. */
export function checkPingOptions(options: object): void {
  checkOptions(options, PING);
}
