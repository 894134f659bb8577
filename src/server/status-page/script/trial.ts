/** Part of the page's script: the connection that a person tries the server with. */
export const TRIAL = String.raw`
const CODES = {
  1000: 'normal',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code',
  1006: 'lost, without a Close frame',
  1007: 'invalid data',
  1008: 'policy violation',
  1009: 'too big',
  1010: 'extension missing',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
};

function describeClose({ code, reason }) {
  const name = CODES[code];
  return 'closed with ' + code + (name === undefined ? '' : ' (' + name + ')') + (reason === '' ? '' : ': ' + reason);
}

/** Where this page comes from is where the WebSocket is, query included; a proxy in between may have changed both alike. */
function endpoint() {
  const url = new URL(location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return url.href;
}

/** Whether the server is there at all, which a WebSocket that fails does not say. */
async function serverAnswers() {
  try {
    await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
    return true;
  } catch {
    return false;
  }
}

class Trial {
  /** changed is told the state, and a text about it. */
  constructor(log, changed) {
    this.log = log;
    this.changed = changed;
    this.socket = undefined;
    this.opened = false;
    this.asked = false;
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  get isIdle() {
    return this.socket === undefined;
  }

  connect(subprotocols) {
    const socket = new WebSocket(endpoint(), subprotocols);
    this.socket = socket;
    this.opened = false;
    this.asked = false;
    socket.binaryType = 'arraybuffer';
    this.changed('connecting', 'connecting');
    socket.onopen = () => {
      this.opened = true;
      const agreed = [socket.protocol, socket.extensions].filter((text) => text !== '').join(', ');
      this.changed('open', 'open');
      this.log.note('open' + (agreed === '' ? '' : ': ' + agreed));
    };
    socket.onmessage = ({ data }) => this.log.received(typeof data === 'string' ? data : new Uint8Array(data));
    socket.onclose = (event) => void this.ended(event);
  }

  send(data) {
    this.socket.send(data);
    this.log.sent(data);
  }

  disconnect() {
    this.asked = true;
    this.socket?.close(1000);
  }

  async ended(event) {
    this.socket = undefined;
    const { opened, asked } = this;
    const how = describeClose(event);
    if (opened) this.log.note(how);
    if (asked) {
      this.changed('closed', how);
      return;
    }
    const answers = await serverAnswers();
    // Somebody may have asked for the next one meanwhile.
    if (!this.isIdle) return;
    if (!opened) this.log.note(answers ? 'refused' : 'no answer');
    const ended = opened ? 'The connection was ' + how + '. ' : '';
    if (!answers) this.changed('gone', ended + 'The server does not answer.');
    else if (opened) this.changed('lost', ended);
    else this.changed('refused', 'The server answers, and refuses the connection.');
  }
}
`;
