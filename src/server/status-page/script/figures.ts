/** Part of the page's script: what the server counts, as it tells every second over a WebSocket of its own. */
export const FIGURES = String.raw`
const SUBPROTOCOL = document.body.dataset.feed;
/** Rates over less than this say nothing. */
const SHORTEST_MS = 500;

/** What is shown of two values of the server's figures, the one before and the newest. */
function readingOf(before, now) {
  const seconds = (now.uptimeMs - before.uptimeMs) / 1000;
  const rate = (from, to) => Math.max(0, (to - from) / seconds);
  return {
    in: rate(before.received.messages, now.received.messages),
    out: rate(before.sent.messages, now.sent.messages),
    bytesIn: rate(before.received.octets, now.received.octets),
    bytesOut: rate(before.sent.octets, now.sent.octets),
  };
}

class Figures {
  /** changed is told whether figures come: 'live', 'stopped', or 'none' where none ever did. */
  constructor(changed) {
    this.changed = changed;
    this.socket = undefined;
    this.before = undefined;
    this.connections = new Plot(document.getElementById('connections-plot'), { connections: 'Connections' });
    this.messages = new Plot(document.getElementById('messages-plot'), { in: 'received', out: 'sent' });
  }

  connect() {
    if (this.socket !== undefined) return;
    const socket = new WebSocket(endpoint(), SUBPROTOCOL);
    this.socket = socket;
    this.before = undefined;
    socket.onmessage = ({ data }) => this.show(JSON.parse(data));
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.changed('live');
    };
    socket.onclose = () => {
      this.socket = undefined;
      this.changed(opened ? 'stopped' : 'none');
    };
  }

  show(stats) {
    this.totals(stats);
    const { before } = this;
    if (before === undefined) {
      this.before = stats;
      this.rates({ in: 0, out: 0, bytesIn: 0, bytesOut: 0 });
      this.connections.add({ at: stats.uptimeMs, connections: stats.connections });
    } else if (stats.uptimeMs - before.uptimeMs >= SHORTEST_MS) {
      const reading = readingOf(before, stats);
      this.before = stats;
      this.rates(reading);
      this.connections.add({ at: stats.uptimeMs, connections: stats.connections });
      this.messages.add({ at: stats.uptimeMs, in: reading.in, out: reading.out });
    }
  }

  totals(stats) {
    put('connections', formatNumber(stats.connections));
    put('accepted', formatNumber(stats.accepted));
    put('refused', formatNumber(stats.refused));
    put('pending', formatNumber(stats.pendingHandshakes));
    put('clean', formatNumber(stats.closedCleanly));
    put('unclean', formatNumber(stats.closedUncleanly));
    put('total-in', formatNumber(stats.received.messages));
    put('total-out', formatNumber(stats.sent.messages));
    put('unsent', formatNumber(stats.unsent));
    put('buffered', formatBytes(stats.bufferedBytes));
    put('uptime', formatDuration(stats.uptimeMs));
  }

  rates(reading) {
    put('messages-in', formatNumber(reading.in) + '/s');
    put('messages-out', formatNumber(reading.out) + '/s');
    put('bytes-in', formatBytes(reading.bytesIn) + '/s');
    put('bytes-out', formatBytes(reading.bytesOut) + '/s');
  }
}

function put(id, text) {
  document.getElementById(id).textContent = text;
}
`;
