// Asks servers over HTTP/2 that answer with frames in one order after the other, and collects what is left of each.
// Arguments: the index of rxwire. Orders come from the standard input: of a server's steps, and how the client goes on.
const { fork } = require('node:child_process');
const net = require('node:net');
const tls = require('node:tls');
const { text } = require('node:stream/consumers');
const { FRAMES, hasHeaders } = require('./http2-frames.cjs');
const [, , index] = process.argv;

const AT_ONCE = 4;
const LONGEST_MS = 30;

/** What a server does beside sending a frame; what it sends between two of these is one write. */
const PAUSES = {
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  later: () => new Promise((resolve) => setTimeout(resolve, 3)),
  end: (socket) => void socket.end(),
  destroy: (socket) => void socket.destroy(),
  reset: (socket) => void (socket.encrypted ? socket.destroy() : socket.resetAndDestroy()),
};

async function play(socket, steps) {
  let pending = [];
  const leave = () => {
    if (pending.length > 0 && socket.writable) socket.write(Buffer.concat(pending));
    pending = [];
  };
  for (const step of steps) {
    if (FRAMES[step] !== undefined) {
      pending.push(FRAMES[step]);
      continue;
    }
    leave();
    await PAUSES[step](socket);
  }
  leave();
}

function serve({ orders, certificate }) {
  let next = 0;
  const onSocket = (socket) => {
    socket.on('error', () => undefined);
    // Who comes for HTTP/1.1 has been told to: that is no server of it.
    if (socket.alpnProtocol === 'http/1.1') {
      socket.destroy();
      return;
    }
    const { steps } = orders[next++ % orders.length];
    socket.write(FRAMES.settings);
    let received = Buffer.alloc(0);
    let asked = false;
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (asked || !hasHeaders(received)) return;
      asked = true;
      void play(socket, steps);
    });
  };
  const server =
    certificate === undefined
      ? net.createServer(onSocket)
      : tls.createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, onSocket);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}

/** Resolves when nothing of it is left to wait for. */
function once({ connect, request }, url, options, { client, afterMs }) {
  if (client === 'request') {
    return request(url, 'x', { ...options, replyTimeoutMs: LONGEST_MS }).catch(() => undefined);
  }
  return new Promise((resolve) => {
    const subscription = connect(url, options).subscribe({
      next: (connection) => {
        connection.discard();
        connection.closed$.subscribe(resolve);
        // A server may say nothing more.
        setTimeout(() => connection.terminate(), client === 'terminate' ? afterMs : LONGEST_MS);
        if (client === 'close') setTimeout(() => connection.close(), afterMs);
      },
      error: resolve,
      complete: resolve,
    });
    if (client !== 'unsubscribe') return;
    const leave = () => {
      subscription.unsubscribe();
      setTimeout(resolve, 1);
    };
    setTimeout(leave, afterMs);
  });
}

async function ask(port, { orders, certificate }) {
  const rxwire = require(index);
  const url = `${certificate === undefined ? 'ws' : 'wss'}://127.0.0.1:${String(port)}`;
  const options = {
    http2: certificate === undefined ? 'only' : true,
    tls: certificate && { ca: certificate.cert },
    logger: {},
    handshakeTimeoutMs: 60,
    closeTimeoutMs: 20,
    dropTimeoutMs: 20,
  };
  for (let i = 0; i < orders.length; i += AT_ONCE) {
    const some = orders.slice(i, i + AT_ONCE);
    await Promise.all(some.map((order) => once(rxwire, url, options, order)));
    global.gc();
    // What is only left until the next turn is collected by the next round.
    await new Promise((resolve) => setTimeout(resolve, 2));
    global.gc();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  global.gc();
  process.stdout.write(`outlived ${String(orders.length)}`);
}

// The server is a process of its own: what it leaves is not collected with what the client leaves.
if (process.send === undefined) {
  void text(process.stdin).then((input) => {
    const given = JSON.parse(input);
    const child = fork(__filename, [index], { execArgv: [] });
    child.send(given);
    child.once('message', async (port) => {
      await ask(port, given);
      child.disconnect();
    });
  });
} else {
  process.once('disconnect', () => process.exit());
  process.once('message', serve);
}
