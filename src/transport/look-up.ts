import dns from 'node:dns';
import type { TcpOptions } from './dial.js';

/** The addresses of a name, by the user's `lookup` or by `dns.lookup`, of the `family` that is wanted. */
export function lookUp(hostname: string, { lookup, family }: TcpOptions): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const ask = lookup ?? dns.lookup;
    ask(hostname, { all: true, family: family ?? 0 }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address));
    });
  });
}
