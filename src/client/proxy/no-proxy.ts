import net from 'node:net';
import { parseHost } from '../../protocol/handshake/host.js';
import { isIPv6Address } from '../../protocol/handshake/ipv6-address.js';

/** Whether a server is reached without the proxy. */
export type Bypass = (hostname: string, port: number) => boolean;

/** Where several are named in one text, as in the variable NO_PROXY. */
const SEPARATORS = /[\s,]+/;

/** The entries of a list that is written as one text. */
export function splitNoProxy(text: string): string[] {
  return text.split(SEPARATORS).filter((entry) => entry !== '');
}

/**
 * What a list of servers to be reached without a proxy says. An entry is
 *
 * - `*`: every server;
 * - a name: it, and all names below it; `.name` and `*.name` are the same;
 * - an address, or a block of them: `10.0.0.0/8`, `fd00::/8`. Names are not looked up for it;
 * - one of these, blocks excepted, with `:port`: on that port only; an IPv6 address has brackets then.
 *
 * @param onWrong - Called with each entry that is none of these.
 */
export function compileNoProxy(entries: readonly string[], onWrong: (entry: string) => void): Bypass {
  const rules = entries.flatMap((entry) => {
    const rule = ruleOf(entry.toLowerCase());
    if (rule === undefined) onWrong(entry);
    return rule ?? [];
  });
  return (hostname, port) => {
    const host = withoutDot(hostname.toLowerCase());
    return rules.some((rule) => rule(host, port));
  };
}

function ruleOf(entry: string): Bypass | undefined {
  if (entry === '*') return () => true;
  if (entry.includes('/')) return blockOf(entry);
  // An address without brackets has colons of its own, and so no port.
  const host = isIPv6Address(entry) ? { name: `[${entry}]`, port: undefined } : parseHost(bare(entry));
  if (host === undefined || host.name === '') return undefined;
  const { name, port } = host;
  const matches = hostRule(withoutDot(name));
  return port === undefined ? matches : (hostname, at) => at === port && matches(hostname, at);
}

/** Without what stands for the names below: they are always meant. */
function bare(entry: string): string {
  if (entry.startsWith('*.')) return entry.slice(2);
  return entry.startsWith('.') ? entry.slice(1) : entry;
}

function hostRule(name: string): Bypass {
  const address = name.startsWith('[') ? name.slice(1, -1) : name;
  const family = net.isIP(address);
  if (family !== 0) {
    const block = new net.BlockList();
    block.addAddress(address, family === 4 ? 'ipv4' : 'ipv6');
    return memberOf(block);
  }
  const below = `.${name}`;
  // An address ends in no name.
  return (hostname) => hostname === name || (hostname.endsWith(below) && net.isIP(hostname) === 0);
}

function blockOf(entry: string): Bypass | undefined {
  const slash = entry.indexOf('/');
  const address = entry.slice(0, slash).replace(/^\[(.*)\]$/, '$1');
  const bits = entry.slice(slash + 1);
  const family = net.isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  const block = new net.BlockList();
  block.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return memberOf(block);
}

function memberOf(block: net.BlockList): Bypass {
  return (hostname) => {
    const family = net.isIP(hostname);
    return family !== 0 && block.check(hostname, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/** A name with the dot of the root is the same name. */
function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
