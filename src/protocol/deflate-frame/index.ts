export { deflateFrame } from './deflate-frame.js';
export type { DeflateFrameName, DeflateFrameOptions } from './options.js';
