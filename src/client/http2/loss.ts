import { constants } from 'node:http2';
import { resetReason } from '../../transport/http2-transport.js';

/** Codes of RFC 9113 section 7 that say nothing against another try. */
const PASSING_CODES: ReadonlySet<number> = new Set([
  constants.NGHTTP2_NO_ERROR,
  constants.NGHTTP2_INTERNAL_ERROR,
  constants.NGHTTP2_REFUSED_STREAM,
  constants.NGHTTP2_CANCEL,
  constants.NGHTTP2_ENHANCE_YOUR_CALM,
]);

/** What Node says when it has nothing to say but the code. */
const BY_CODE_ONLY: ReadonlySet<unknown> = new Set(['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_SESSION_ERROR']);

/**
 * Why there was no answer. What a server has ended for no fault of this side's is a reset, as it is over HTTP/1.1, so that `reconnect` tries again.
 *
 * @param code - Of the stream's or the session's end. RFC 9113 section 7.
 * @param error - What Node has said of it.
 */
export function lossOf(code: number, error: NodeJS.ErrnoException | undefined): Error {
  if (error !== undefined && !BY_CODE_ONLY.has(error.code)) return error;
  return Object.assign(new Error(resetReason(code)), PASSING_CODES.has(code) && { code: 'ECONNRESET' });
}
