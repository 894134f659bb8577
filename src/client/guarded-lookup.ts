import type { LookupAddress } from 'node:dns';
import net, { type LookupFunction } from 'node:net';

/**
 * A look-up of the user's as `node:net` needs it: it answers once, later than it was asked, and with a list where one is wanted. What it
 * throws, rejects with, or gives that is no address is its answer, too: to Node it would be an error of the process, and a socket would be
 * left behind.
 */
export function guardedLookup(lookup: (...asked: Parameters<LookupFunction>) => unknown): LookupFunction {
  return (hostname, options, done) => {
    let isAnswered = false;
    const answer: typeof done = (error, found, family) => {
      if (isAnswered) return;
      isAnswered = true;
      // Node tells of the look-up by an event, and nobody can listen for it before the call has returned.
      process.nextTick(() => {
        const flaw = error instanceof Error ? error : flawOf(found, hostname);
        if (flaw !== undefined) done(flaw, '');
        else if (options.all === true) done(null, listOf(found, family));
        else done(null, found, family);
      });
    };
    const fail = (error: unknown): void => {
      answer(error instanceof Error ? error : new Error('option lookup failed', { cause: error }), '');
    };
    try {
      Promise.resolve(lookup(hostname, options, answer)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

/** One that knows of no lists gives one address. */
function listOf(found: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof found === 'string' ? [{ address: found, family: family ?? net.isIP(found) }] : found;
}

function flawOf(found: unknown, hostname: string): Error | undefined {
  const addresses: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (addresses.length === 0) {
    return Object.assign(new Error(`option lookup gave no address for ${hostname}`), { code: 'ENOTFOUND' });
  }
  const isWrong = addresses.some((each) => {
    const address: unknown = typeof each === 'object' && each !== null ? Reflect.get(each, 'address') : each;
    return typeof address !== 'string' || net.isIP(address) === 0;
  });
  return isWrong ? new TypeError(`option lookup gave what is no address for ${hostname}`) : undefined;
}
