import type { HeaderFields } from '../handshake/header-fields.js';

/** A peer that offers the extension and cannot read what it then gets. */
interface BrokenPeer {
  readonly name: string;
  /** What its User-Agent header has in it. */
  readonly userAgent: RegExp;
}

const BROKEN_PEERS: readonly BrokenPeer[] = [
  {
    // On macOS " Version/15.2 Safari/605.1.15", on iOS " Version/15.2 Mobile/15E148 Safari/604.1".
    name: 'Safari 15.0 to 15.3',
    userAgent: / Version\/15\.[0-3](?:\.\d+)* (?:Mobile\/\w+ )?Safari\//,
  },
];

/** The name of the broken peer that the headers of a handshake are from, if any. */
export function brokenPeer(headers: HeaderFields): string | undefined {
  const userAgent = headers.get('user-agent');
  if (userAgent === undefined) return undefined;
  return BROKEN_PEERS.find((peer) => peer.userAgent.test(userAgent))?.name;
}
