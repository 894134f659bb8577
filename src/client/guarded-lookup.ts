import net, { type LookupFunction } from 'node:net';

type Answer = Parameters<LookupFunction>[2];

/** A look-up of the user's of which a throw, or an answer that is none, ends this dial: to Node it would be an error of the process. */
export function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, done) => {
    let isAnswered = false;
    const answer: Answer = (error, found, family) => {
      if (isAnswered) return;
      isAnswered = true;
      // Not everybody looks at what is wanted: Node knows an address in place of a list as little as nothing.
      const isLonely = options.all === true && typeof found === 'string';
      const addresses = isLonely ? [{ address: found, family: family ?? net.isIP(found) }] : found;
      done(error ?? flawOf(found, hostname), addresses, family);
    };
    try {
      lookup(hostname, options, answer);
    } catch (error) {
      process.nextTick(answer, error, '');
    }
  };
}

function flawOf(found: unknown, hostname: string): Error | null {
  const addresses: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (addresses.length === 0) {
    return Object.assign(new Error(`option lookup gave no address for ${hostname}`), { code: 'ENOTFOUND' });
  }
  const isWrong = addresses.some((each) => {
    const address: unknown = typeof each === 'object' && each !== null ? Reflect.get(each, 'address') : each;
    return typeof address !== 'string' || net.isIP(address) === 0;
  });
  return isWrong ? new TypeError(`option lookup gave what is no address for ${hostname}`) : null;
}
