import type { ObservableInput } from 'rxjs';
import { checkReplyStatus } from '../../protocol/handshake/head.js';
import {
  headerList,
  type HeaderOptions,
  RESERVED_IN_REFUSAL,
} from '../../protocol/handshake/header-options.js';
import { reasonPhrase } from '../../protocol/handshake/reason-phrases.js';
import { type Refusal } from '../../protocol/handshake/refusal.js';
import { anything, type Checks, checkOptions, ofType, oneOf } from '../../protocol/option-checks.js';
import type { ConnectionOverrides } from './connection-overrides.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** The request is to be answered with 101. */
export interface Acceptance<Context = undefined> {
  readonly accept: true;
  /** One of those offered. Default what the options `subprotocols` and `selectSubprotocol` choose. */
  readonly subprotocol?: string | undefined;
  /** Further header fields of the 101; they replace those of the option `headers`. */
  readonly headers?: HeaderOptions | undefined;
  /** What the connection has as `context`. */
  readonly context?: Context;
  /** Options of this connection, each in place of the server's. Keep one object for each kind of client. */
  readonly options?: ConnectionOverrides | undefined;
}

/** The request is to be answered with something else, and the socket closed. */
export interface Rejection {
  readonly accept: false;
  /** 200 to 599, one that allows a body. */
  readonly status: number;
  readonly headers?: HeaderOptions | undefined;
  /** Plain text unless `headers` have a Content-Type. Default the words for the status. */
  readonly body?: string | Uint8Array | undefined;
}

/** What is to become of a request. */
export type Decision<Context = undefined> = Acceptance<Context> | Rejection;

/** A {@link Decision} now, or in time: of an Observable or an iterable the first value counts. */
export type DecisionInput<Context = undefined> = Decision<Context> | ObservableInput<Decision<Context>>;

/**
 * Decides about a request that is in order. What it throws, or errors with, is answered with 500; when it decides nothing within
 * `handshakeTimeoutMs`, with 503. Whatever it says after that is ignored.
 */
export type Authorize<Context = undefined> = (request: UpgradeRequest) => DecisionInput<Context>;

/** Header fields, and what else goes with an acceptance. */
export interface AcceptOptions<Context = undefined> extends Omit<Acceptance<Context>, 'accept'> {
  readonly context?: Context;
}

/** Header fields and body that go with a rejection. */
export type RejectOptions = Omit<Rejection, 'accept' | 'status'>;

const ACCEPT_CHECKS: Checks = Object.freeze({
  accept: oneOf(true, false),
  subprotocol: anything,
  headers: anything,
  context: anything,
  options: ofType('object'),
});
const REJECT_CHECKS: Checks = Object.freeze({
  accept: oneOf(true, false),
  status: anything,
  headers: anything,
  body: anything,
});

/** A {@link Decision} for a request. */
export function accept<Context = undefined>(options: AcceptOptions<Context> = {}): Acceptance<Context> {
  return { ...options, accept: true };
}

/** A {@link Decision} against a request. */
export function reject(status: number, options: RejectOptions = {}): Rejection {
  return { ...options, accept: false, status };
}

/** Whether a value is a decision, and not something that will give one. */
export function isDecision(value: unknown): value is Decision<unknown> {
  return (
    typeof value === 'object' && value !== null && 'accept' in value && typeof value.accept === 'boolean'
  );
}

/** @throws TypeError for what is no decision, and for an acceptance that has what it may not. */
export function checkDecision<Context>(value: unknown): Decision<Context> {
  if (!isDecision(value)) {
    const given = value === null ? 'null' : `a value of type ${typeof value}`;
    throw new TypeError(`authorize gave ${given}, expected { accept: true } or { accept: false, status }`);
  }
  checkOptions(value, value.accept ? ACCEPT_CHECKS : REJECT_CHECKS, 'decision.');
  return value as Decision<Context>;
}

/** The reply to a request that was rejected. @throws TypeError or RangeError for one that cannot be written. */
export function refusalOf({ status, headers = {}, body }: Rejection): Refusal {
  checkReplyStatus(status);
  const list = headerList(headers, RESERVED_IN_REFUSAL);
  const words = reasonPhrase(status);
  if (body === undefined) return { ok: false, status, reason: words, headers: list };
  if (typeof body !== 'string' && !((body as unknown) instanceof Uint8Array)) {
    throw new TypeError(`decision.body is a value of type ${typeof body}, expected text or bytes`);
  }
  const reason = typeof body === 'string' ? firstLine(body) : words;
  return { ok: false, status, reason, headers: list, body };
}

/** What of a body goes into an error. */
function firstLine(body: string): string {
  return body.slice(0, 200).split(/[\r\n]/, 1)[0] ?? '';
}
