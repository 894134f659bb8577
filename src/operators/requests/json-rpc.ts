import {
  type CallId,
  type CallProtocol,
  fieldsOf,
  isCallId,
  type ReplyFailure,
  type RequestPart,
} from './call-protocol.js';
import { ReplyError } from './reply-error.js';

/** A call of JSON-RPC. */
export interface JsonRpcCall {
  readonly method: string;
  /** By position or by name. */
  readonly params?: readonly unknown[] | Readonly<Record<string, unknown>>;
}

/** A message of JSON-RPC. */
export interface JsonRpcMessage {
  readonly jsonrpc: '2.0';
  readonly [field: string]: unknown;
}

/** What JSON-RPC calls an error: the `details` of a {@link ReplyError}. */
export interface JsonRpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

const jsonrpc = '2.0';
const INVALID_REQUEST: JsonRpcErrorObject = Object.freeze({ code: -32600, message: 'Invalid Request' });
const FAILURES: Readonly<Record<ReplyFailure, JsonRpcErrorObject>> = Object.freeze({
  internal: { code: -32603, message: 'Internal error' },
  busy: { code: -32000, message: 'Too many requests' },
  duplicate: { code: -32600, message: 'Invalid Request: the id is in use' },
});

/**
 * JSON-RPC 2.0, for a link of JSON: calls, notifications, results and errors. Batches are answered as invalid requests.
 *
 * A message that is no JSON-RPC is answered with `-32600`, as the specification has it; results and errors are left to who asked.
 */
export function jsonRpc<Reply = unknown>(): CallProtocol<JsonRpcCall, Reply, unknown, JsonRpcMessage> {
  return {
    many: false,
    writeRequest: (id, { method, params }) => ({
      jsonrpc,
      ...(id !== undefined && { id }),
      method,
      ...(params !== undefined && { params }),
    }),
    readReply: (message) => {
      const { id, error, result } = fieldsOf(message) ?? {};
      if (!isReply(message) || !isCallId(id)) return undefined;
      // Some peers send a null error with every result.
      if (error !== undefined && error !== null) return { kind: 'error', id, error };
      return { kind: 'value', id, value: result as Reply };
    },
    readRequest,
    writeReply: (part) => {
      const { id } = part;
      if (part.kind === 'error') return { jsonrpc, id, error: errorObject(part.error) };
      // A result must be there, and JSON has no undefined.
      return { jsonrpc, id, result: part.kind === 'value' ? (part.value ?? null) : null };
    },
    failure: (why) => FAILURES[why],
  };
}

/**
 * The error that a handler throws to answer with a code of its own.
 *
 * @param code - From -32768 to -32000 they are the specification's: -32601 is an unknown method, -32602 are invalid params.
 */
export function jsonRpcError(code: number, message: string, data?: unknown): ReplyError {
  const details: JsonRpcErrorObject = { code, message, ...(data !== undefined && { data }) };
  return new ReplyError(details, `the call was answered with the error ${String(code)}`);
}

function readRequest(message: unknown): RequestPart<JsonRpcCall, JsonRpcMessage> | undefined {
  if (isReply(message)) return undefined;
  const { id, method, params, ...rest } = fieldsOf(message) ?? {};
  const isCall =
    rest['jsonrpc'] === jsonrpc && typeof method === 'string' && (id === undefined || isCallId(id));
  if (!isCall || !areParams(params)) return invalid(isCallId(id) ? id : null);
  return { kind: 'request', id, request: { method, ...(params !== undefined && { params }) } };
}

function invalid(id: CallId | null): RequestPart<JsonRpcCall, JsonRpcMessage> {
  return { kind: 'invalid', reply: { jsonrpc, id, error: INVALID_REQUEST } };
}

function areParams(params: unknown): params is JsonRpcCall['params'] {
  return params === undefined || (typeof params === 'object' && params !== null);
}

function isReply(message: unknown): boolean {
  const fields = fieldsOf(message);
  if (fields?.['jsonrpc'] !== jsonrpc || Object.hasOwn(fields, 'method')) return false;
  return Object.hasOwn(fields, 'result') || Object.hasOwn(fields, 'error');
}

/** What was thrown as something else than an error of JSON-RPC becomes the data of one. */
function errorObject(error: unknown): JsonRpcErrorObject {
  const { code, message, data } = fieldsOf(error) ?? {};
  if (!Number.isInteger(code) || typeof message !== 'string') {
    return { code: -32000, message: 'Server error', data: error };
  }
  return { code: code as number, message, ...(data !== undefined && { data }) };
}
