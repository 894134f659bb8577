/// <reference types="node" preserve="true" />
export { decodeFrames } from './decode-frames.js';
export { decodeMessages, type DecodeMessagesOptions, type TextOf } from './decode-messages.js';
export type { DecodeOptions } from './decode-options.js';
export { defragment } from './defragment.js';
export { deflate } from './deflate.js';
export { encodeFrames, type EncodeOptions } from './encode-frames.js';
export { fragment } from './fragment.js';
export { inflate } from './inflate.js';
export { type Pace, type Paced, Permit } from './pace.js';
export { validateText } from './validate-text.js';
