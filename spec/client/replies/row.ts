import type { ClientOptions } from '../../../src/index.js';
import { acceptHead } from '../../support/raw-peer.js';

/** What a server makes of a request, one character an octet. */
export type Reply = (head: string) => string;

/** Octets that a client is answered with, and what has to come of them. */
export interface Row {
  /** What the answer is or has. */
  readonly name: string;
  readonly reply: Reply;
  readonly options?: ClientOptions;
  /** Whether the server ends its side behind it. */
  readonly ends?: boolean;
  readonly expected: Refused | Opened;
}

/** An error. */
export interface Refused {
  readonly is: 'HandshakeError' | 'NegotiationError';
  readonly status: number | undefined;
  readonly says: RegExp;
  /** Some of the fields that the error has. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A connection. */
export interface Opened {
  /** What is received, as text. */
  readonly messages: readonly string[];
  /** The code it ends with; undefined where it stays open. */
  readonly code?: number;
}

/** The lines of the usual 101, by what they are. */
type Line = 'upgrade' | 'connection' | 'accept' | 'more';

/** The usual 101 with its lines replaced, left out or added. */
export function reply(
  changes: Partial<Readonly<Record<Line, string | undefined>>> = {},
  status = 'HTTP/1.1 101 Switching Protocols',
): Reply {
  return (head) => {
    const lines: Record<string, string | undefined> = {
      upgrade: 'Upgrade: websocket',
      connection: 'Connection: Upgrade',
      accept: `Sec-WebSocket-Accept: ${acceptIn(head)}`,
      ...changes,
    };
    return [status, ...Object.values(lines).filter((line) => line !== undefined), '', ''].join('\r\n');
  };
}

/** What the key of a request is answered with. */
export function acceptIn(head: string): string {
  return /^Sec-WebSocket-Accept: (.*)$/m.exec(acceptHead(head))![1]!.trim();
}

/** The key of a request. */
export function keyIn(head: string): string {
  return /^sec-websocket-key: (.*)$/im.exec(head)![1]!.trim();
}

/** A row that is no 101, or a wrong one; `says` is in the error. */
export function refused(
  name: string,
  answer: Reply | string,
  status: number | undefined,
  says: RegExp,
  more: Partial<Omit<Refused, 'says' | 'status'>> & Pick<Row, 'ends' | 'options'> = {},
): Row {
  const { options = {}, ends = false, ...details } = more;
  const expected = { is: 'HandshakeError', status, says, ...details } as const;
  return { name, reply: typeof answer === 'string' ? () => answer : answer, options, ends, expected };
}

/** A 101 that chooses what was not offered. */
export function notAgreed(name: string, more: string, says: RegExp, options: ClientOptions = {}): Row {
  return refused(name, reply({ more }), 101, says, { is: 'NegotiationError', options });
}

/** A row that opens a connection. */
export function opened(name: string, answer: Reply, more: Partial<Opened> & Pick<Row, 'options'> = {}): Row {
  const { options = {}, ...details } = more;
  return { name, reply: answer, options, expected: { messages: [], ...details } };
}
