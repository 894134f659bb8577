import type { LookupAddress } from 'node:dns';
import net, { type LookupFunction } from 'node:net';

/**
 * A look-up of the user's as `node:net` needs it: it answers once, later than it was asked, and with a list where one is wanted. What it
 * throws, or rejects with, is its answer, too: nobody would take that otherwise, and a socket would be left behind.
 */
export function guardedLookup(lookup: (...asked: Parameters<LookupFunction>) => unknown): LookupFunction {
  return (hostname, options, done) => {
    let isAnswered = false;
    const answer: typeof done = (error, address, family) => {
      if (isAnswered) return;
      isAnswered = true;
      // Node tells of the look-up by an event, and nobody can listen for it before the call has returned.
      process.nextTick(() => {
        if (error instanceof Error) done(error, '');
        else if (options.all === true) tellAll(hostname, listOf(address, family), done);
        else done(null, address, family);
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
function listOf(address: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  return typeof address === 'string' ? [{ address, family: family ?? net.isIP(address) }] : address;
}

function tellAll(hostname: string, found: LookupAddress[], done: Parameters<LookupFunction>[2]): void {
  if (Array.isArray(found) && found.length > 0) done(null, found);
  else done(new Error(`option lookup gave no address for ${hostname}`), []);
}
