/**
 * The one door through which the testing kit reaches what the public entries do not hand out: connections over a transport of one's own, on
 * turns of one's own. Nothing of it is public.
 */
export type { Turns } from '../../connection/turns.js';
export { memoryPair, type MemoryTransport } from '../../transport/memory-transport.js';
export type { Transport } from '../../transport/transport.js';
export { connectionOver } from './connection-over.js';
export { type Opening, openingOf, requestOf, responseOf } from './opening.js';
export { clientSide, serverSide } from './sides.js';
