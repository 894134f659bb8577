import { isIPv6 } from 'node:net';
import { unmapped } from './address-list.js';

/** A provider gives its customers as many addresses as these leave open: whoever has one of them has them all. */
const GROUPS_OF_A_NETWORK = 4;
const GROUPS = 8;

/**
 * Who counts as one: an IPv4 address, mapped into IPv6 or not, and the first 64 bits of an IPv6 address. Undefined for who has no address.
 */
export function addressGroup(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const plain = unmapped(address);
  if (!isIPv6(plain)) return plain;
  const [bare = ''] = plain.toLowerCase().split('%', 1);
  const [left = '', right] = bare.split('::');
  const before = groupsOf(left);
  const after = right === undefined ? [] : groupsOf(right);
  const zeros = Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill('0');
  const all = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
  return `${all.slice(0, GROUPS_OF_A_NETWORK).join(':')}::/64`;
}

/** An IPv4 address at the end is of two groups, which are behind the first 64 bits whatever they are. */
function groupsOf(run: string): string[] {
  if (run === '') return [];
  return run.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}
