import type { HeaderList } from '../../protocol/handshake/header-fields.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';

/** A refusal with what this server says in every reply of its own accord: RFC 9110 section 6.6.1 demands the Date of all but 1xx and 5xx. */
export function withOwnHeaders(refusal: Refusal, serverHeader: string | undefined, now: Date): Refusal {
  const { headers } = refusal;
  const lacks = (name: string): boolean => !headers.some(([given]) => given.toLowerCase() === name);
  const own: HeaderList = [
    ...(lacks('date') ? [['Date', now.toUTCString()] as const] : []),
    ...(serverHeader !== undefined && lacks('server') ? [['Server', serverHeader] as const] : []),
  ];
  return { ...refusal, headers: [...own, ...headers] };
}
