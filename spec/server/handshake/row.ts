import type { ServerOptions } from '../../../src/index.js';
import { KEY } from '../../support/raw-peer.js';

/** Octets that are sent to a server, and what has to come of it. */
export interface Row {
  /** What the request is or has. */
  readonly name: string;
  /** One character an octet. */
  readonly octets: string;
  readonly options?: ServerOptions<unknown>;
  readonly status: number;
  /** Header fields that the answer has, by lower-case name; undefined for one that it must not have. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** What a refusal's text says. */
  readonly says?: RegExp;
  /** What comes behind the 101, from a server that sends every message back. */
  readonly frames?: readonly string[];
}

const LINES: Readonly<Record<string, string>> = {
  host: 'Host: 127.0.0.1',
  upgrade: 'Upgrade: websocket',
  connection: 'Connection: Upgrade',
  key: `Sec-WebSocket-Key: ${KEY}`,
  version: 'Sec-WebSocket-Version: 13',
};

/** The usual request with some lines replaced, left out or added. */
export function request(
  changes: Readonly<Record<string, string | undefined>> = {},
  line = 'GET / HTTP/1.1',
): string {
  const lines = Object.values({ ...LINES, ...changes }).filter((text) => text !== undefined);
  return [line, ...lines, '', ''].join('\r\n');
}

/** The usual request with another target. */
export function target(text: string): string {
  return request({}, `GET ${text} HTTP/1.1`);
}

/** Lines of header fields with different names. */
export function fields(count: number, value = ''): string {
  return Array.from({ length: count }, (_, i) => `X${i}: ${value}`).join('\r\n');
}

/** A row that is refused; `says` is in its text. */
export function refused(
  name: string,
  octets: string,
  status: number,
  says: RegExp,
  more: Partial<Row> = {},
): Row {
  return { name, octets, status, says, ...more };
}

/** A row that opens a connection. */
export function opened(name: string, octets: string, more: Partial<Row> = {}): Row {
  return { name, octets, status: 101, ...more };
}
