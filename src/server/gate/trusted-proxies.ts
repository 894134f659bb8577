import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { ProxyTrust } from '../../protocol/handshake/forwarded.js';
import { type Checks, checkOptions, anything, oneOf } from '../../protocol/option-checks.js';
import { isOn } from './address-list.js';

/**
 * The proxies that are believed: how many there are between the clients and this server, or their addresses, as a BlockList of `node:net`
 * or a list of addresses, subnets (`'10.0.0.0/8'`) and `'unix'`, for one at the other end of a Unix socket.
 */
export type TrustedProxies = number | BlockList | readonly string[];

/** Which proxies are believed, and what they write. */
export interface TrustProxyOptions {
  readonly proxies: TrustedProxies;
  /**
   * `'x-forwarded'`, the default, for `X-Forwarded-For`, `-Proto` and `-Host`, or `'forwarded'` for `Forwarded`, RFC 7239. It has to be what
   * your proxy sets: the other is passed on as the client has made it up.
   */
  readonly header?: 'x-forwarded' | 'forwarded';
}

const CHECKS: Checks = Object.freeze({ proxies: anything, header: oneOf('x-forwarded', 'forwarded') });
const UNIX = 'unix';

/** @throws TypeError or RangeError for what says no proxies. */
export function compileTrust(option: TrustedProxies | TrustProxyOptions): ProxyTrust {
  if (typeof option === 'number' || option instanceof BlockList || Array.isArray(option)) {
    return { header: 'x-forwarded', trusts: trustsOf(option as TrustedProxies) };
  }
  const given = option as TrustProxyOptions;
  if (typeof given !== 'object' || (given as unknown) === null) throw wrong('trustProxy');
  checkOptions(given, CHECKS, 'trustProxy.');
  return { header: given.header ?? 'x-forwarded', trusts: trustsOf(given.proxies) };
}

function trustsOf(proxies: TrustedProxies): ProxyTrust['trusts'] {
  if (typeof proxies === 'number') {
    if (!Number.isInteger(proxies) || proxies < 1) {
      throw new RangeError(`option trustProxy is ${String(proxies)}, expected 1 proxy or more`);
    }
    return (_, hop) => hop < proxies;
  }
  if (proxies instanceof BlockList) return (address) => isOn(proxies, address);
  if (!Array.isArray(proxies)) throw wrong('trustProxy.proxies');
  const list = listOf(proxies);
  const unix = proxies.includes(UNIX);
  return (address, hop) => (address === undefined ? unix && hop === 0 : isOn(list, address));
}

function listOf(proxies: readonly unknown[]): BlockList {
  const list = new BlockList();
  for (const text of proxies) {
    if (text === UNIX) continue;
    const [address = '', bits, more] = typeof text === 'string' ? text.split('/') : [];
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
    if ((family === 'ipv6' && !isIPv6(address)) || !(prefix <= most) || more !== undefined) {
      const shown = typeof text === 'string' ? `'${text.slice(0, 40)}'` : `a value of type ${typeof text}`;
      throw new TypeError(
        `option trustProxy has ${shown}, expected addresses, subnets such as '10.0.0.0/8', or 'unix'`,
      );
    }
    list.addSubnet(address, prefix, family);
  }
  return list;
}

function wrong(name: string): TypeError {
  return new TypeError(
    `option ${name} is of another type, expected a number of proxies, a BlockList or a list of addresses`,
  );
}
