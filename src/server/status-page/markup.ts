const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Crect width='16' height='16' rx='4' fill='%231f5fd0'/%3E%3Cpath d='M3 6h9l-2-2m3 6H4l2 2' " +
  "fill='none' stroke='white' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/** What the page is made of. */
export interface Markup {
  readonly style: string;
  readonly script: string;
  /** The subprotocol of the figures. */
  readonly feed: string;
  /** Those the server speaks. */
  readonly subprotocols: readonly string[];
}

/** The page. Nothing of a request is in it. */
export function markup({ style, script, feed, subprotocols }: Markup): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rxwire</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body data-feed="${feed}" data-state="connecting" data-live="waiting">
<header>
<h1>rxwire</h1>
<div class="where">WebSocket server at <code id="url"></code></div>
<output id="state" class="state">connecting</output>
<button id="toggle" type="button">Disconnect</button>
</header>
<main>
<noscript><p class="card">This page connects to the server with a script, which your browser does not run.</p></noscript>
<div id="notice" class="card notice" role="alert" hidden>
<p id="notice-text"></p>
<button id="again" type="button" class="first">Reconnect</button>
</div>
${FIGURES}
${trial(subprotocols)}
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}

const FIGURES = `<section class="card" aria-labelledby="now">
<div class="head"><h2 id="now">Now</h2><span id="live" class="soft push" role="status">no figures yet</span></div>
<dl class="large">
${figure('connections', 'Connections')}
${figure('messages-in', 'Messages in')}
${figure('messages-out', 'Messages out')}
${figure('bytes-in', 'Octets in')}
${figure('bytes-out', 'Octets out')}
</dl>
<dl class="small">
${figure('accepted', 'Accepted')}
${figure('refused', 'Refused')}
${figure('pending', 'Waiting to be let in')}
${figure('clean', 'Closed cleanly')}
${figure('unclean', 'Lost')}
${figure('total-in', 'Messages received')}
${figure('total-out', 'Messages sent')}
${figure('unsent', 'Messages not sent')}
${figure('buffered', 'Waiting to be sent')}
${figure('uptime', 'Up for')}
</dl>
</section>
<div class="plots">
${plot('connections-plot', 'Connections', '')}
${plot('messages-plot', 'Messages a second', '<span class="soft key in">received</span><span class="soft key out">sent</span>')}
</div>`;

function figure(id: string, label: string): string {
  return `<div><dt>${label}</dt><dd id="${id}">–</dd></div>`;
}

function plot(id: string, label: string, key: string): string {
  return `<figure class="card"><figcaption><h2>${label}</h2>${key}</figcaption>
<svg id="${id}" role="img" aria-labelledby="${id}-title ${id}-text"><title id="${id}-title">${label}</title><desc id="${id}-text">No figures yet.</desc></svg></figure>`;
}

function trial(subprotocols: readonly string[]): string {
  return `<section class="card" aria-labelledby="try">
<div class="head"><h2 id="try">Try it</h2>${choice(subprotocols)}<button id="clear" type="button" class="push">Clear</button></div>
<form id="form">
<label class="hidden" for="kind">Kind of message</label>
<select id="kind"><option value="text">Text</option><option value="binary">Binary, as hex</option></select>
<label class="hidden" for="message">Message</label>
<input id="message" placeholder="Type a message, press Enter" autocomplete="off" spellcheck="false" aria-describedby="fault">
<button id="send" class="first" disabled>Send</button>
</form>
<p id="fault" role="alert"></p>
<div id="log-frame" tabindex="0" role="log" aria-label="Messages sent and received"><ol id="log"></ol></div>
</section>`;
}

/** Which of its subprotocols to offer. */
function choice(subprotocols: readonly string[]): string {
  if (subprotocols.length === 0) return '<span class="soft">no subprotocols</span>';
  const all = subprotocols.map(escaped);
  const options = [
    ...(all.length > 1 ? [`<option value="${all.join(' ')}">all: ${all.join(', ')}</option>`] : []),
    ...all.map((name) => `<option>${name}</option>`),
    '<option value="">none</option>',
  ];
  return `<label class="soft">Subprotocol to offer when connecting <select id="subprotocol">${options.join('')}</select></label>`;
}

/** A token of HTTP may have an ampersand or a quote in it, and nothing else that means something in HTML. */
function escaped(token: string): string {
  return token.replaceAll('&', '&amp;').replaceAll("'", '&#39;');
}
