/** What a request and its reply have in common. */
export type CallId = string | number;

/** What a message says to the side that asked. */
export type ReplyPart<Reply> =
  | { readonly kind: 'value'; readonly id: CallId; readonly value: Reply }
  | { readonly kind: 'end'; readonly id: CallId }
  | { readonly kind: 'error'; readonly id: CallId; readonly error: unknown };

/** What a message says to the side that answers. Without an id nobody waits for a reply. */
export type RequestPart<Request, Out> =
  | { readonly kind: 'request'; readonly id: CallId | undefined; readonly request: Request }
  | { readonly kind: 'cancel'; readonly id: CallId }
  | { readonly kind: 'invalid'; readonly reply: Out };

/** Why a request is answered with an error although no handler said so. */
export type ReplyFailure = 'internal' | 'busy' | 'duplicate';

/**
 * How requests and replies look as messages. {@link envelopes} and {@link jsonRpc} make one; a protocol of your own has these functions.
 *
 * They see every message of the link, so they have to bear anything.
 */
export interface CallProtocol<Request, Reply, In = unknown, Out = unknown> {
  /** Whether a request may have many replies, up to an end that is sent too. Otherwise the first one is the last. */
  readonly many: boolean;
  /** The message of a request; without an id, of one that wants no reply. */
  writeRequest(id: CallId | undefined, request: Request): Out;
  /** Undefined for a message that is no reply. */
  readReply(message: In): ReplyPart<Reply> | undefined;
  /** The message that nobody waits for the reply any more. Default: none is sent. */
  writeCancel?(id: CallId): Out;
  /** Undefined for a message that is neither a request nor to be answered. */
  readRequest(message: In): RequestPart<Request, Out> | undefined;
  /** A value is undefined where the handler gave none. */
  writeReply(part: ReplyPart<Reply | undefined>): Out;
  /** What a reply says where the handler threw something that is not for the other side, or was not called. */
  failure(why: ReplyFailure): unknown;
}

/** Whether it can be an id. */
export function isCallId(value: unknown): value is CallId {
  return typeof value === 'string' || typeof value === 'number';
}

/** The object a message is, for reading its own fields, or undefined. */
export function fieldsOf(message: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return undefined;
  return message as Readonly<Record<string, unknown>>;
}

/** @throws TypeError unless there is one. */
export function checkProtocol(protocol: object | undefined): void {
  if (protocol === undefined) {
    throw new TypeError('option protocol is missing, expected one, such as envelopes() or jsonRpc()');
  }
}
