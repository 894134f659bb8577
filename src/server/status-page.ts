import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
form { display: flex; gap: .5rem; }
input { flex: 1; font: inherit; padding: .4rem .6rem; }
button { font: inherit; padding: .4rem 1rem; }
#log { list-style: none; padding: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
#log li { padding: .2rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
#log .sent::before { content: "> "; opacity: .6; }
#log .received::before { content: "< "; opacity: .6; }
`;

const SCRIPT = `
const state = document.getElementById('state');
const log = document.getElementById('log');
const form = document.getElementById('form');
const input = document.getElementById('message');
const url = location.href.replace(/^http/, 'ws').replace(/#.*$/, '');
document.getElementById('url').textContent = url;
function note(kind, text) {
  const item = document.createElement('li');
  item.className = kind;
  item.textContent = text;
  log.prepend(item);
  while (log.childElementCount > 200) log.lastElementChild.remove();
}
let socket;
function open() {
  state.textContent = 'connecting';
  socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => { state.textContent = 'open'; };
  socket.onmessage = ({ data }) => {
    note('received', typeof data === 'string' ? data : data.byteLength + ' bytes');
  };
  socket.onclose = ({ code, reason }) => {
    state.textContent = 'closed with ' + code + (reason && ' (' + reason + ')') + ', press Send to connect again';
  };
}
form.onsubmit = (event) => {
  event.preventDefault();
  if (socket.readyState === WebSocket.OPEN) {
    socket.send(input.value);
    note('sent', input.value);
    input.value = '';
  } else if (socket.readyState === WebSocket.CLOSED) {
    open();
  }
};
open();
`;

/** The page for a browser that comes without a WebSocket: it connects back, sends, and shows what comes. */
export const STATUS_PAGE: Buffer = Buffer.from(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rxwire</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<h1>rxwire</h1>
<p>This is a WebSocket server at <code id="url"></code>: <output id="state">not connected</output>.</p>
<form id="form"><input id="message" aria-label="Message" placeholder="Message" autocomplete="off" autofocus><button>Send</button></form>
<ul id="log" aria-live="polite"></ul>
<script>${SCRIPT}</script>
</html>
`);

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The page may run its own script and talk to its own server, nothing else. */
export const STATUS_PAGE_HEADERS: Readonly<Record<string, string | number>> = Object.freeze({
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Length': STATUS_PAGE.length,
  'Content-Security-Policy': [
    "default-src 'none'",
    `script-src ${hash(SCRIPT)}`,
    `style-src ${hash(STYLE)}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
});
