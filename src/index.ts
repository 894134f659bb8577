/// <reference types="node" preserve="true" />
export { type ClientUrl, connect, openConnection } from './client/connect.js';
export type { ClientOptions } from './client/options.js';
export type { Connection, SendOptions } from './connection/connection.js';
export type { HandshakeRequest, HandshakeResponse } from './connection/handshake-facts.js';
export type { KeepAliveOptions } from './connection/keep-alive.js';
export type { LogDetails, Logger } from './connection/logger.js';
export type { ConnectionOptions, Overflow } from './connection/options.js';
export { CloseCode } from './protocol/close-code.js';
export type { CloseStatus } from './protocol/close-status.js';
export type { CloseInfo, CloseInitiator, CloseReply, ConnectionState } from './protocol/closing-handshake.js';
export { ConnectionClosedError } from './protocol/connection-closed-error.js';
export {
  type ErrorCode,
  ExtensionError,
  HandshakeError,
  type HandshakePhase,
  LimitError,
  NegotiationError,
  ProtocolError,
  TextError,
  TimeoutError,
  WebSocketError,
} from './protocol/errors.js';
export type {
  Agreement,
  Extension,
  ExtensionParameter,
  ExtensionParameters,
  ExtensionRequest,
  NegotiatedExtension,
} from './protocol/extensions/extension.js';
export type { SharedForm, Transform, TransformSession } from './protocol/extensions/transform.js';
export { type Frame, isControlFrame, makeFrame } from './protocol/frame.js';
export type { HeaderFields } from './protocol/handshake/header-fields.js';
export type { HeaderOptions } from './protocol/handshake/header-options.js';
export type { Origins } from './protocol/handshake/origins.js';
export type { Limits } from './protocol/limits.js';
export type { TextAs } from './protocol/message-text.js';
export { binary, isBinary, isText, type Message, type Outgoing, text } from './protocol/message.js';
export { Opcode, type Role } from './protocol/opcodes.js';
export {
  deflateFrame,
  type DeflateFrameName,
  type DeflateFrameOptions,
} from './protocol/deflate-frame/index.js';
export { type CompressionOptions, permessageDeflate } from './protocol/permessage-deflate/index.js';
export { prepare, type PreparedMessage, type PrepareOptions } from './protocol/prepared-message.js';
export type { Handler } from './server/handler.js';
export { listen } from './server/listen.js';
export { openServer } from './server/open-server.js';
export type { ServerOptions } from './server/options.js';
export { serve, type ServeOptions } from './server/serve.js';
export type { Server, ServerCloseOptions } from './server/server.js';
export { deadline, type DeadlineOptions } from './operators/deadline.js';
export { logFrames } from './operators/tracing/log-frames.js';
export { logOctets } from './operators/tracing/log-octets.js';
export { Timings, type TimingsOptions } from './operators/tracing/timings.js';
export type { LogOptions } from './operators/tracing/trace.js';
export { trackTimings } from './operators/tracing/track-timings.js';
export { type FormatOptions, formatFrame } from './protocol/format-frame.js';
