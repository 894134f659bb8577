import { checkExtensions } from '../protocol/extensions/check-extensions.js';
import type { Extension } from '../protocol/extensions/extension.js';
import type { ZlibLanes } from '../protocol/permessage-deflate/index.js';
import {
  COMPRESSION_CHECKS,
  type CompressionOptions,
  permessageDeflate,
} from '../protocol/permessage-deflate/index.js';
import type { Role } from '../protocol/opcodes.js';
import { checkOptions } from '../protocol/option-checks.js';

/** The options that say what is negotiated. */
export interface ExtensionOptions {
  /**
   * Whether messages are compressed, by permessage-deflate. A client offers it by default, a server accepts it where this is set; `true`
   * is the preset `'small'` of {@link CompressionOptions}, `false` neither offers nor accepts it. RFC 7692.
   */
  readonly compression?: boolean | CompressionOptions;
  /**
   * The most long messages that are inflated or deflated at the same time outside of the event loop, of all connections of a server, or
   * of one client's options; others wait. Default 4.
   */
  readonly maxConcurrentInflate?: number;
  /** Extensions of your own, or `deflateFrame()`, in the order of preference, behind compression. Default none. RFC 6455 section 9. */
  readonly extensions?: readonly Extension[];
}

const PERMESSAGE_DEFLATE = 'permessage-deflate';

/**
 * What a connection of `role` offers or accepts, compression first.
 *
 * @param lanes - Where long messages are at work.
 * @throws TypeError or RangeError for a wrong option.
 */
export function resolveExtensions(
  options: ExtensionOptions,
  role: Role,
  lanes: ZlibLanes,
): readonly Extension[] {
  const { compression, extensions = [] } = options;
  if (typeof compression === 'object') checkOptions(compression, COMPRESSION_CHECKS, 'compression.');
  const own = checkExtensions(extensions);
  // Whoever brings it along in a form of their own does not want the default beside it.
  const broughtAlong = own.some(({ name }) => name === PERMESSAGE_DEFLATE);
  const wanted = compression ?? (role === 'client' && !broughtAlong);
  if (wanted === false) return own;
  return checkExtensions([permessageDeflate(wanted, lanes), ...own]);
}
