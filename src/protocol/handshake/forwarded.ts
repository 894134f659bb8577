import { parseForwarded } from './forwarded-header.js';
import type { HeaderFields } from './header-fields.js';
import { isHost } from './host.js';
import { parseNode, UNKNOWN } from './node-address.js';
import { type Refusal, refuse } from './refusal.js';
import { listElements } from './tokens.js';

/** Which proxies are believed, and where they write. */
export interface ProxyTrust {
  /** `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` of RFC 7239: what your proxy sets. The other may be the client's own. */
  readonly header: 'x-forwarded' | 'forwarded';
  /**
   * Whether a node is a proxy that is believed.
   *
   * @param address - Undefined for one without an address, at the other end of a Unix socket for example.
   * @param hop - How many lie between it and this server.
   */
  trusts(address: string | undefined, hop: number): boolean;
}

/** What proxies say of the client. */
export interface ForwardedClient {
  /** Undefined where it is hidden. */
  readonly address: string | undefined;
  /** Whether the client has come over TLS; undefined where nobody says so. */
  readonly secure: boolean | undefined;
  /** The host that it has asked for; undefined where nobody says so. */
  readonly host: string | undefined;
}

/** One of the proxies on the way, as the one behind it saw whom it has the request from. */
interface Hop {
  readonly node: string | undefined;
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

const SECURE: ReadonlyMap<string, boolean> = new Map([
  ['https', true],
  ['wss', true],
  ['http', false],
  ['ws', false],
]);

/**
 * What the trusted proxies say of the client: undefined where the request has come from none. It goes from the last proxy to the first, and
 * believes no further than to the first node that is not trusted; what stands before that may be the client's invention, and is not read.
 *
 * @param address - Of the other end of the socket.
 * @returns a refusal with 400 where what a trusted proxy has written is malformed.
 */
export function readForwarded(
  headers: HeaderFields,
  address: string | undefined,
  trust: ProxyTrust,
): ForwardedClient | Refusal | undefined {
  if (!trust.trusts(address, 0)) return undefined;
  const hops = trust.header === 'forwarded' ? forwardedHops(headers) : new XForwarded(headers);
  if (hops === undefined) return malformed('Forwarded');
  let current = address;
  let hop = 0;
  do {
    const node = hops.at(hop)?.node;
    if (node === undefined) break;
    const parsed = parseNode(node);
    if (parsed === undefined) return malformed(hops.name);
    current = parsed === UNKNOWN ? undefined : parsed;
    hop++;
  } while (trust.trusts(current, hop));
  return described(current, hops.at(Math.max(0, hop - 1)));
}

function described(address: string | undefined, hop: Hop | undefined): ForwardedClient | Refusal {
  const { proto, host } = hop ?? {};
  const secure = proto === undefined ? undefined : SECURE.get(proto.toLowerCase());
  if (proto !== undefined && secure === undefined) return malformed('the forwarded protocol');
  if (host !== undefined && !isHost(host)) return malformed('the forwarded host');
  return { address, secure, host };
}

function malformed(what: string): Refusal {
  return refuse(400, `${what} of a trusted proxy is malformed`);
}

interface Hops {
  /** Of the header field, for errors. */
  readonly name: string;
  /** The last proxy's is 0. */
  at(hop: number): Hop | undefined;
}

function forwardedHops(headers: HeaderFields): Hops | undefined {
  const elements = parseForwarded(headers.get('forwarded') ?? '');
  if (elements === undefined) return undefined;
  return {
    name: 'Forwarded',
    at: (hop) => {
      const element = elements.at(-1 - hop);
      // Whoever says nothing of whom he has it from hides it.
      return element && { node: element.for ?? 'unknown', proto: element.proto, host: element.host };
    },
  };
}

/**
 * Three lists side by side. Of protocol and host many a proxy keeps but one value, its own, whatever the number of addresses: a list that
 * is shorter stands for all who come before it.
 */
class XForwarded implements Hops {
  readonly name = 'X-Forwarded-For';
  readonly #addresses: readonly string[];
  readonly #protos: readonly string[];
  readonly #hosts: readonly string[];

  constructor(headers: HeaderFields) {
    const list = (name: string): string[] => {
      const value = headers.get(name);
      return value === undefined ? [] : listElements(value);
    };
    this.#addresses = list('x-forwarded-for');
    this.#protos = list('x-forwarded-proto');
    this.#hosts = list('x-forwarded-host');
  }

  at(hop: number): Hop {
    return {
      node: this.#addresses.at(-1 - hop),
      proto: this.#protos.at(-1 - hop) ?? this.#protos[0],
      host: this.#hosts.at(-1 - hop) ?? this.#hosts[0],
    };
  }
}
