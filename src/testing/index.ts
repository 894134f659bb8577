/// <reference types="node" preserve="true" />
export { checkWire } from './check-wire.js';
export { chop } from './chop.js';
export { chopDuplex } from './chop-duplex.js';
export { byteByByte, chunk, type Chunking, cutAt, joined, twoChunkSplits } from './chunks.js';
export { type ConnectionPair, connectionPair, type ConnectionPairOptions } from './connection-pair.js';
export { framesOf, wireTo } from './frames-of.js';
export type { CommonPairOptions, PairClientOptions, PairServerOptions } from './pair-options.js';
export type { PieceSizes } from './piece-sizes.js';
export { type RawPair, rawPair, type RawPairOptions, type RawPeerWords } from './raw-pair.js';
export type { RawPeer } from './raw-peer.js';
export { VirtualTime, type VirtualTimeOptions } from './virtual-time.js';
export { WireChecker, type WireCheckOptions, type WireViolation } from './wire-checker.js';
export { closeBody, maskWith, WIRE_KEY, wireFrame, type WireFrameInit, wireHeader } from './wire-frame.js';
export { type WireFrame, WireReader } from './wire-reader.js';
export type { ChopOption, Wire } from './wire.js';
