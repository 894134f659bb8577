/// <reference types="node" preserve="true" />
export { CloseCode, isWireCloseCode } from './close-code.js';
export { checkClose, closePayload, type CloseStatus, parseClose } from './close-status.js';
export {
  ClosingHandshake,
  type CloseInfo,
  type CloseInitiator,
  type CloseReply,
  type ConnectionState,
} from './closing-handshake.js';
export { ConnectionClosedError, describeClose } from './connection-closed-error.js';
export * from './errors.js';
export * from './extensions/index.js';
export { InboundExtensions } from './extensions/inbound.js';
export { encodeFrame, headerBytes } from './frame-encoder.js';
export { Found } from './found.js';
export { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';
export type { MaskExpectation } from './frame-rules.js';
export { type FormatOptions, formatFrame } from './format-frame.js';
export { type Frame, isControlFrame, makeFrame } from './frame.js';
export * from './handshake/index.js';
export { type Limits, type ResolvedLimits, resolveLimits } from './limits.js';
export { readMaskingKey } from './masking.js';
export { nextMaskingKey } from './masking-keys.js';
export { MessageDecoder, type MessageDecoderOptions } from './message-decoder.js';
export type { TextAs } from './message-text.js';
export { binary, isBinary, isText, type Message, type Outgoing, text } from './message.js';
export { isControl, Opcode, type Role } from './opcodes.js';
export type { OwnedBits } from './owned-bits.js';
export { deflateFrame, type DeflateFrameName, type DeflateFrameOptions } from './deflate-frame/index.js';
export { type CompressionOptions, permessageDeflate, ZlibLanes } from './permessage-deflate/index.js';
export { prepare, type PreparedMessage, type PrepareOptions } from './prepared-message.js';
export { Utf8Validator } from './utf8.js';
