import { Buffer } from 'node:buffer';
import { ProxyError } from '../../protocol/errors.js';
import { HeaderFields } from '../../protocol/handshake/header-fields.js';
import { isToken } from '../../protocol/handshake/tokens.js';

/** Octets of one head. */
const MAX_HEAD_BYTES = 16 * 1024;
/** What an error keeps of what came with a refusal. */
const MAX_BODY_BYTES = 1024;
const END = '\r\n\r\n';
const START = 'HTTP/1.';
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** RFC 9112 section 2.2: no line of a head ends otherwise, and none has other control characters. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]|(?<!\r)\n/g;

/**
 * Reads what an HTTP proxy answers a CONNECT with: interim answers, then one of 2xx, of which nothing but the head is the proxy's. RFC 9110
 * section 9.3.6. Everything else is an error; nothing is followed. It holds 16 KiB at most.
 */
export class ConnectReply {
  readonly #shown: string;
  readonly #speaksFirst: boolean;
  #held = '';

  /**
   * @param shown - The proxy, in errors.
   * @param speaksFirst - Whether nothing may come behind the answer, since this side is the first to speak in the tunnel.
   */
  constructor(shown: string, speaksFirst: boolean) {
    this.#shown = shown;
    this.#speaksFirst = speaksFirst;
  }

  /**
   * @returns what came behind the answer, once that is complete.
   * @throws ProxyError for an answer that opens no tunnel, and for what is no answer.
   */
  take(chunk: Uint8Array): Uint8Array | undefined {
    let seen = this.#held.length;
    this.#held += Buffer.from(chunk).toString('latin1');
    for (;;) {
      const end = this.#held.indexOf(END);
      const length = end < 0 ? this.#held.length : end + END.length;
      if (length > MAX_HEAD_BYTES) throw this.#wrong(`a head of more than ${String(MAX_HEAD_BYTES)} octets`);
      this.#checkOctets(this.#held.slice(0, length), seen);
      if (end < 0) return undefined;
      const rest = this.#held.slice(length);
      const isOver = this.#judge(this.#held.slice(0, end), rest);
      this.#held = isOver ? '' : rest;
      if (isOver) return this.#restOf(rest);
      seen = 0;
    }
  }

  ended(): Error {
    const where = this.#held === '' ? 'without an answer to' : 'within its answer to';
    const cause = Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
    return new ProxyError(`${this.#shown} closed the connection ${where} CONNECT`, { cause });
  }

  #restOf(rest: string): Uint8Array {
    if (this.#speaksFirst && rest !== '') throw this.#wrong('octets behind its answer, before TLS has begun');
    return Buffer.from(rest, 'latin1');
  }

  /** What can be no answer is not waited for. Each octet is looked at once. */
  #checkOctets(head: string, seen: number): void {
    if (!START.startsWith(head.slice(0, START.length))) throw this.#wrong('something that is not HTTP');
    // The last one seen may be half of a line's end.
    FORBIDDEN.lastIndex = Math.max(0, seen - 1);
    if (FORBIDDEN.test(head)) throw this.#wrong('a head with a control character in it');
  }

  /** Whether this was the last answer. */
  #judge(head: string, rest: string): boolean {
    const [line = '', ...fields] = head.split('\r\n');
    const status = Number(STATUS_LINE.exec(line)?.[1]);
    if (Number.isNaN(status)) throw this.#wrong('a malformed status line');
    const headers = this.#headersOf(fields);
    if (status >= 200 && status <= 299) return true;
    // Not 101: nothing was to be upgraded.
    if (status < 200 && status !== 101) return false;
    throw new ProxyError(
      `${this.#shown} answered CONNECT with status ${String(status)}, expected 200 to 299`,
      {
        status,
        headers: headers.toRecord(),
        body: new Uint8Array(Buffer.from(rest.slice(0, MAX_BODY_BYTES), 'latin1')),
      },
    );
  }

  #headersOf(lines: readonly string[]): HeaderFields {
    const raw = lines.flatMap((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(0, colon));
      if (!isToken(name)) throw this.#wrong('a malformed header field');
      return [name, line.slice(colon + 1).trim()];
    });
    return new HeaderFields(raw);
  }

  #wrong(what: string): ProxyError {
    return new ProxyError(`${this.#shown} answered CONNECT with ${what}`);
  }
}
