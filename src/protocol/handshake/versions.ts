import type { HeaderFields, HeaderList } from './header-fields.js';
import { type Refusal, refuse } from './refusal.js';

/** A version of the protocol on the wire. 8 differs from 13 in the name of the Origin header, and in nothing else. */
export type Version = 8 | 13;

/** The versions that this library speaks, the one it would rather speak first. */
export const SUPPORTED_VERSIONS: readonly Version[] = Object.freeze([13, 8] as const);

const MAX_VERSION = 255;

/** A version as RFC 6455 section 4.3 writes it: 0 to 255, no sign, no zero in front; undefined for all else. */
export function parseVersion(value: string): number | undefined {
  if (value.length === 0 || value.length > 3) return undefined;
  let version = 0;
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9 || (i === 1 && version === 0)) return undefined;
    version = version * 10 + digit;
  }
  return version <= MAX_VERSION ? version : undefined;
}

/**
 * Judges Sec-WebSocket-Version, RFC 6455 sections 4.2.1 and 4.4: 426 with the versions that would do when it is
 * missing or another, 400 when it is there twice or is no number.
 */
export function judgeVersion(headers: HeaderFields, versions: readonly number[]): Version | Refusal {
  const supported: HeaderList = [['Sec-WebSocket-Version', versions.join(', ')]];
  const values = headers.all('sec-websocket-version');
  if (values.length > 1) {
    return refuse(400, 'Sec-WebSocket-Version is there more than once, expected one', supported);
  }
  const value = values[0];
  const wanted = `expected ${versions.join(' or ')}`;
  if (value === undefined) return refuse(426, `Sec-WebSocket-Version is missing, ${wanted}`, supported);
  const version = parseVersion(value);
  if (version === undefined) {
    return refuse(400, `Sec-WebSocket-Version is not one decimal number, ${wanted}`, supported);
  }
  if ((version === 13 || version === 8) && versions.includes(version)) return version;
  return refuse(426, `Sec-WebSocket-Version is ${version}, ${wanted}`, supported);
}
