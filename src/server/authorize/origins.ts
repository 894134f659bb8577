import { quote } from '../../protocol/handshake/describe.js';
import { compileOrigins, type Origins } from '../../protocol/handshake/origins.js';
import { accept, type Authorize, reject } from '../gate/decision.js';
import { UpgradeAttempt } from '../gate/upgrade-request.js';

/**
 * The option `origins` as a part of `authorize`, for paths that differ in it; the option itself, which is asked first, is `'any'` then.
 * Refuses with 403 a web page that may not connect, and lets pass who is no browser.
 *
 * @throws TypeError for what is neither `'same'`, `'any'` nor a list of well-formed origins.
 */
export function origins(allowed: Origins): Authorize {
  const compiled = compileOrigins(allowed);
  return (request) => {
    const { origin, host } = request;
    const forwarded = request instanceof UpgradeAttempt ? request.forwarded : undefined;
    if (origin === undefined || compiled.allows(origin, host, forwarded?.secure)) return accept();
    return reject(403, { body: `the origin ${quote(origin)} may not connect here\n` });
  };
}
