import { isKey } from './accept-key.js';
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
import type { HeaderFields } from './header-fields.js';
import { isHost } from './host.js';
import { type Refusal, refuse } from './refusal.js';
import { listHasToken } from './tokens.js';
import { judgeVersion } from './versions.js';

export { requestHeaders, type RequestInput, requestLine } from './request-headers.js';

/** What of a request decides whether it opens a WebSocket. */
export interface RequestHead extends Asking {
  readonly method: string | undefined;
  /** Without the name: `'1.1'`. */
  readonly httpVersion: string;
}

/** A request that may open a WebSocket. */
export interface AcceptedRequest extends AcceptedOffers {
  readonly key: string;
}

/** In this order: whether it is HTTP as it should be, then whether it asks for a WebSocket. */
const RULES: readonly Rule<RequestHead>[] = [
  judgeMethod,
  judgeHttpVersion,
  judgeHeaderCount,
  judgeTarget,
  judgeHost,
  judgeBody,
  judgeUpgrade,
  judgeConnection,
];

/** Judges a client's opening handshake, RFC 6455 sections 4.2.1 and 4.2.2. It never throws because of a request. */
export function judgeRequest(request: RequestHead, rules: RequestRules): AcceptedRequest | Refusal {
  const destination = judgeByRules(request, rules, RULES);
  if (!destination.ok) return destination;
  const { headers } = request;
  const key = judgeKey(headers);
  if (typeof key !== 'string') return key;
  const version = judgeVersion(headers, rules.versions);
  if (typeof version !== 'number') return version;
  const offers = judgeOffers(headers, version, rules.origins, destination);
  if (!offers.ok) return offers;
  const { offeredSubprotocols, extensionOffers, origin, forwarded } = offers;
  return { ok: true, version, offeredSubprotocols, extensionOffers, origin, forwarded, key };
}

function judgeMethod({ method }: RequestHead): Refusal | undefined {
  if (method === 'GET') return undefined;
  return refuse(405, `the method is ${quote(method ?? '')}, expected GET`, [['Allow', 'GET']]);
}

function judgeHttpVersion({ httpVersion }: RequestHead): Refusal | undefined {
  return httpVersion === '1.1'
    ? undefined
    : refuse(505, `the HTTP version is ${quote(httpVersion)}, expected 1.1`);
}

function judgeHeaderCount({ headers }: RequestHead, { maxHeaders }: RequestRules): Refusal | undefined {
  if (headers.size <= maxHeaders) return undefined;
  // Node leaves out what is over a thousand or so.
  const text = `the request has at least ${headers.size} header fields, expected at most ${maxHeaders}`;
  return refuse(431, text);
}

/** RFC 9112 section 3.2: a request without exactly one valid Host is answered with 400. */
function judgeHost({ headers }: RequestHead): Refusal | undefined {
  if (headers.count('host') === 1 && isHost(headers.get('host') ?? '')) return undefined;
  return refuse(400, 'Host is missing, there more than once, or malformed');
}

/** A body would be read as frames. RFC 6455 section 4.1 knows none. */
function judgeBody({ headers }: RequestHead): Refusal | undefined {
  const length = headers.get('content-length');
  if (!headers.has('transfer-encoding') && (length === undefined || length === '0')) return undefined;
  return refuse(400, 'the request has a body, expected none');
}

function judgeUpgrade({ headers }: RequestHead): Refusal | undefined {
  const upgrade = headers.get('upgrade');
  if (upgrade === undefined) return refuse(426, 'Upgrade is missing, expected "websocket"');
  return upgrade.toLowerCase() === 'websocket'
    ? undefined
    : refuse(400, `Upgrade is ${quote(upgrade)}, expected "websocket"`);
}

function judgeConnection({ headers }: RequestHead): Refusal | undefined {
  if (listHasToken(headers.get('connection'), 'upgrade')) return undefined;
  return refuse(426, 'Connection does not have the option "Upgrade"');
}

function judgeKey(headers: HeaderFields): string | Refusal {
  const key = headers.get('sec-websocket-key');
  // Two of them, joined, are no key.
  if (key !== undefined && isKey(key)) return key;
  return refuse(400, 'Sec-WebSocket-Key is missing, there more than once, or not 16 bytes in base64');
}
