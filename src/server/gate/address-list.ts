import { type BlockList, isIPv4, isIPv6 } from 'node:net';

const MAPPED = '::ffff:';

/** An IPv4 address that came to an IPv6 socket as what it is; any other address as it came. */
export function unmapped(address: string): string {
  if (!address.toLowerCase().startsWith(MAPPED)) return address;
  const ipv4 = address.slice(MAPPED.length);
  return isIPv4(ipv4) ? ipv4 : address;
}

/** Whether an address is on a list. Who has none is on no list. */
export function isOn(list: BlockList, address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = unmapped(address);
  if (isIPv4(plain)) return list.check(plain, 'ipv4');
  return isIPv6(plain) && list.check(plain, 'ipv6');
}
