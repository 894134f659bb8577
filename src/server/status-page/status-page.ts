import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { HeaderList } from '../../protocol/handshake/header-fields.js';
import type { Refusal } from '../../protocol/handshake/refusal.js';
import { markup } from './markup.js';
import { SCRIPT } from './script.js';
import { STATUS_SUBPROTOCOL } from './status-feed.js';
import { STYLE } from './style.js';

/** The page for a browser that comes without a WebSocket: it shows what the server counts, connects back, sends, and shows what comes. */
export class StatusPage {
  /** What a GET is answered with, and a HEAD, whose body is left out. Its length follows from the body. */
  readonly reply: Refusal & { readonly body: Buffer };

  /** @param subprotocols - Those the server speaks; the page offers them. */
  constructor(subprotocols: readonly string[]) {
    const html = markup({ style: STYLE, script: SCRIPT, feed: STATUS_SUBPROTOCOL, subprotocols });
    this.reply = { ok: false, status: 200, reason: '', headers: HEADERS, body: Buffer.from(html) };
  }

  /** Answers a GET, or a HEAD, whose body Node leaves out. */
  answer(response: ServerResponse): void {
    const { status, headers, body } = this.reply;
    response.writeHead(status, [...headers.flat(), 'Content-Length', String(body.length)]).end(body);
  }
}

/** The page may run its own script and talk to its own server, nothing else, and is in nobody's frame. */
const POLICY = [
  "default-src 'none'",
  `script-src ${hash(SCRIPT)}`,
  `style-src ${hash(STYLE)}`,
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS: HeaderList = [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Security-Policy', POLICY],
  ['Cache-Control', 'no-store'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
