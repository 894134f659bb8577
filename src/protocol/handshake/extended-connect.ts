import {
  type AcceptedOffers,
  type Asking,
  judgeByRules,
  judgeOffers,
  judgeTarget,
  type RequestRules,
  type Rule,
} from './any-request.js';
import { quote } from './describe.js';
import { HeaderFields } from './header-fields.js';
import { isHost } from './host.js';
import { type Refusal, refuse } from './refusal.js';
import { judgeVersion, type Version } from './versions.js';

/** The value of `:protocol` that asks for a WebSocket. RFC 8441 section 5. */
const WEBSOCKET = 'websocket';

/** HTTP/2 is younger than the drafts: there is no version 8 in it. */
const VERSIONS: readonly Version[] = [13];

/** What of a request over HTTP/2 decides whether it opens a WebSocket. */
export interface ConnectHead extends Asking {
  readonly protocol: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  /** Without pseudo-header fields; where no Host came, `:authority` is one. RFC 9113 section 8.3.1. */
  readonly headers: HeaderFields;
  /** Whether the client has ended its side with the request. */
  readonly ended: boolean;
}

/**
 * Reads the header fields of a request over HTTP/2.
 *
 * @param raw - Names and values in turns, pseudo-header fields among them.
 */
export function connectHead(raw: readonly string[], ended: boolean): ConnectHead {
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  let hasHost = false;
  for (let i = 1; i < raw.length; i += 2) {
    const [name, value] = [raw[i - 1]!, raw[i]!];
    if (name.startsWith(':')) {
      pseudo.set(name, value);
      continue;
    }
    hasHost ||= name.toLowerCase() === 'host';
    fields.push(name, value);
  }
  const authority = pseudo.get(':authority');
  if (authority !== undefined && !hasHost) fields.unshift('host', authority);
  return {
    protocol: pseudo.get(':protocol'),
    scheme: pseudo.get(':scheme'),
    authority,
    target: pseudo.get(':path'),
    headers: new HeaderFields(fields),
    ended,
  };
}

/** In this order: whether it is a request as it should be, then whether it asks for a WebSocket. */
const RULES: readonly Rule<ConnectHead>[] = [
  judgeProtocol,
  judgeHeaderCount,
  judgeScheme,
  judgeTarget,
  judgeAuthority,
  judgeConnectionFields,
  judgeBody,
];

/**
 * Judges an extended CONNECT, RFC 8441 section 5: the opening handshake of RFC 6455 without Connection, Upgrade and Sec-WebSocket-Key, which is
 * ignored where it came. It never throws because of a request.
 */
export function judgeConnect(request: ConnectHead, rules: RequestRules): AcceptedOffers | Refusal {
  const destination = judgeByRules(request, rules, RULES);
  if (!destination.ok) return destination;
  const { headers } = request;
  if (!rules.versions.includes(13)) return refuseWithout13(rules.versions);
  const version = judgeVersion(headers, VERSIONS);
  // RFC 9110 section 15.5.22 wants an Upgrade header in a 426, which HTTP/2 does not have.
  if (typeof version !== 'number') return { ...version, status: 400, headers: withoutUpgrade(version) };
  return judgeOffers(headers, version, rules.origins, destination);
}

/** Whether a stream asks for a WebSocket, be it in the wrong case. */
export function asksForWebSocket(protocol: unknown): boolean {
  return typeof protocol === 'string' && protocol.toLowerCase() === WEBSOCKET;
}

function judgeProtocol({ protocol }: ConnectHead): Refusal | undefined {
  if (protocol === WEBSOCKET) return undefined;
  if (protocol === undefined) return refuse(400, 'the request is no extended CONNECT for a WebSocket');
  return refuse(501, `:protocol is ${quote(protocol)}, expected "websocket"`);
}

function judgeHeaderCount({ headers }: ConnectHead, { maxHeaders }: RequestRules): Refusal | undefined {
  if (headers.size <= maxHeaders) return undefined;
  return refuse(431, `the request has ${headers.size} header fields, expected at most ${maxHeaders}`);
}

/** RFC 8441 section 5: `https` for `wss:`, `http` for `ws:`. A proxy may have taken TLS off. */
function judgeScheme({ scheme }: ConnectHead): Refusal | undefined {
  if (scheme === 'https' || scheme === 'http') return undefined;
  return refuse(400, ':scheme is neither "https" nor "http"');
}

function judgeAuthority({ authority, headers }: ConnectHead): Refusal | undefined {
  if (authority === undefined || !isHost(authority)) {
    return refuse(400, ':authority is missing or malformed');
  }
  const hosts = headers.all('host');
  if (hosts.length === 1 && hosts[0]?.toLowerCase() === authority.toLowerCase()) return undefined;
  return refuse(400, 'Host is there more than once, or is not what :authority is');
}

/** RFC 9113 section 8.2.2: a request with these is malformed. */
function judgeConnectionFields({ headers }: ConnectHead): Refusal | undefined {
  const name = ['connection', 'upgrade', 'transfer-encoding'].find((field) => headers.has(field));
  return name === undefined
    ? undefined
    : refuse(400, `the request has ${quote(name)}, which HTTP/2 does not know`);
}

/** What comes behind the request is frames. */
function judgeBody({ headers, ended }: ConnectHead): Refusal | undefined {
  if (ended) return refuse(400, 'the client has ended its side of the stream already');
  const length = headers.get('content-length');
  if (length === undefined) return undefined;
  return refuse(400, 'the request has a Content-Length, expected none');
}

/** No Sec-WebSocket-Version would do: the header field that tells those that would is left out. */
function refuseWithout13(versions: readonly number[]): Refusal {
  const wanted = `expected a request over HTTP/1.1 with Sec-WebSocket-Version ${versions.join(' or ')}`;
  return refuse(400, `version 13 is not accepted, and HTTP/2 has no other, ${wanted}`);
}

function withoutUpgrade({ headers }: Refusal): Refusal['headers'] {
  return headers.filter(([name]) => name.toLowerCase() !== 'upgrade');
}
