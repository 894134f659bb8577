// Asks a server over HTTP/2 again and again whose header fields are more than are taken, or malformed, and collects what is left of it.
// Arguments: the index of rxwire, what the server answers with.
const { fork } = require('node:child_process');
const net = require('node:net');
const { FRAMES, hasHeaders } = require('./http2-frames.cjs');
const [, , index, what] = process.argv;

const ROUNDS = 40;

const ANSWERS = {
  many: (socket) => socket.write(FRAMES.many),
  malformed: (socket) => socket.write(FRAMES.malformed),
  incomplete: (socket) => {
    socket.write(FRAMES.unfinished);
    socket.write(FRAMES.noData);
  },
  interim: (socket) => socket.write(FRAMES.interimMany),
  refusal: (socket) => {
    socket.write(FRAMES.refused);
    socket.write(FRAMES.trailersMany);
  },
  trailers: (socket) => {
    socket.write(FRAMES.accepted);
    setTimeout(() => socket.write(FRAMES.trailersMany), 5);
  },
};

const server = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.write(FRAMES.settings);
  let received = Buffer.alloc(0);
  let asked = false;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (asked || !hasHeaders(received)) return;
    asked = true;
    ANSWERS[what](socket);
  });
});

async function once(openConnection, url) {
  try {
    const connection = await openConnection(url, { http2: 'only', logger: {}, handshakeTimeoutMs: 100 });
    await new Promise((resolve) => {
      connection.closed$.subscribe({ complete: resolve });
    });
    return 'closed';
  } catch (error) {
    return error.name;
  }
}

async function ask(port) {
  const { openConnection } = require(index);
  const url = `ws://127.0.0.1:${String(port)}`;
  const outcomes = new Set();
  for (let i = 0; i < ROUNDS; i++) {
    const four = Array.from({ length: 4 }, () => once(openConnection, url));
    for (const outcome of await Promise.all(four)) outcomes.add(outcome);
    global.gc();
    // What is only left until the next turn is collected by the next round.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  global.gc();
  process.stdout.write([...outcomes].join());
}

// The server is a process of its own: what it leaves is not collected with what the client leaves.
if (process.send === undefined) {
  const child = fork(__filename, [index, what], { execArgv: [] });
  child.once('message', async (port) => {
    await ask(port);
    child.disconnect();
  });
} else {
  process.once('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}
