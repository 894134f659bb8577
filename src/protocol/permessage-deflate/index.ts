export { Deflater, type DeflaterOptions } from './deflater.js';
export type { DeflateSettings } from './deflate-whole.js';
export { Inflater, type InflaterOptions } from './inflater.js';
export { COMPRESSION_CHECKS, type CompressionOptions } from './options.js';
export { INFLATE } from './payload-errors.js';
export { permessageDeflate } from './permessage-deflate.js';
export { DEFAULT_LANES, type Turn, ZlibLanes } from './zlib-lanes.js';
