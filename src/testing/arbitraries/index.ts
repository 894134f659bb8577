/// <reference types="node" preserve="true" />
export { chunked, chunkings, pieceSizes } from './chunkings.js';
export {
  closeCodes,
  closeFrames,
  closeStatuses,
  controlFrames,
  type Conversation,
  type ConversationOptions,
  conversations,
  wrongCloseCodes,
} from './frames.js';
export { handshakeKeys, subprotocolLists, tokens } from './handshakes.js';
export { hostileBytes } from './hostile-bytes.js';
export { messages } from './messages.js';
export { notUtf8 } from './not-utf8.js';
export { maskingKeys, payloads } from './octets.js';
export { texts } from './texts.js';
export { type ViolationRule, violationRules } from './violation-rules.js';
export { type Violation, type ViolationOptions, violations } from './violations.js';
export { roles, type WireOptions, wires, type WireStream } from './wires.js';
