// Asks a server over HTTP/2 again and again whose header fields are more than are taken, or malformed, and collects what is left of it.
// Arguments: the index of rxwire, what the server answers with.
const { fork } = require('node:child_process');
const net = require('node:net');
const [, , index, what] = process.argv;

const ROUNDS = 40;

const [DATA, HEADERS, SETTINGS] = [0, 1, 4];
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4];

function frame(type, flags, stream, payload) {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A field that no table has. RFC 7541 section 6.2.2. */
const field = (name, value) =>
  Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
const fields = (count) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => field(`x${String(i)}`, 'yyyyyyyy')));
const [OK, NOT_FOUND] = [Buffer.of(0x88), Buffer.of(0x8d)];
const INTERIM = Buffer.concat([Buffer.of(8, 3), Buffer.from('103')]);
const answer = (flags, ...parts) => frame(HEADERS, END_HEADERS | flags, 1, Buffer.concat(parts));

const ANSWERS = {
  many: (socket) => socket.write(answer(0, OK, fields(400))),
  malformed: (socket) => socket.write(answer(0, OK, fields(50), field('Upper', 'x'))),
  incomplete: (socket) => {
    socket.write(frame(HEADERS, 0, 1, Buffer.concat([OK, fields(50)])));
    socket.write(frame(DATA, 0, 1, NOTHING));
  },
  interim: (socket) => socket.write(answer(0, INTERIM, fields(400))),
  refusal: (socket) => {
    socket.write(answer(0, NOT_FOUND));
    socket.write(answer(END_STREAM, fields(400)));
  },
  trailers: (socket) => {
    socket.write(answer(0, OK));
    setTimeout(() => socket.write(answer(END_STREAM, fields(400))), 5);
  },
};

const NOTHING = Buffer.alloc(0);
const ENABLE_CONNECT_PROTOCOL = Buffer.of(0, 8, 0, 0, 0, 1);

const server = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.write(frame(SETTINGS, 0, 0, ENABLE_CONNECT_PROTOCOL));
  socket.write(frame(SETTINGS, ACK, 0, NOTHING));
  let received = Buffer.alloc(0);
  let asked = false;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (asked || !hasHeaders(received)) return;
    asked = true;
    ANSWERS[what](socket);
  });
});

/** Whether there are HEADERS among the frames behind the preface. */
function hasHeaders(received) {
  for (let at = 24; at + 9 <= received.length; at += 9 + received.readUIntBE(at, 3)) {
    if (received[at + 3] === HEADERS) return true;
  }
  return false;
}

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
