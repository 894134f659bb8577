'use strict';

/**
 * Run as `node isolation-child.cjs INDEX`. In each case one connection has something that fails; said is what came of it, and of the other
 * connections and the server.
 */
const net = require('node:net');
const { finalize, firstValueFrom, map, NEVER, Subject, throwError, timeout } = require('rxjs');
const { openConnection, serve } = require(process.argv[2]);

const fault = () => {
  throw new Error('a fault of the user');
};
const wait = (promise) => firstValueFrom(promise.pipe(timeout(5000)));
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What the handler does with the connection that fails, and what is done to make it fail. */
const CASES = {
  // The handler of serve
  'the handler throws': { handle: () => fault() },
  'the handler rejects': { handle: async () => fault() },
  'what the handler returns cannot be sent from': { handle: () => 5 },
  'the Observable of the handler errors': {
    handle: () => throwError(() => new Error('a fault of the user')),
  },
  'the generator of the handler throws': {
    async *handle() {
      yield 'first';
      fault();
    },
  },
  'the Observable of the handler gives what cannot be sent': {
    handle: ({ messages$ }) => messages$.pipe(map(() => 5)),
  },
  'the Observable of the handler fails when it is let go': {
    handle: () => NEVER.pipe(finalize(fault)),
    leave: true,
  },
  // Subscribers
  'a subscriber of messages$ throws': { handle: ({ messages$ }) => void messages$.subscribe(fault) },
  'an operator on messages$ throws': {
    handle: ({ messages$ }) => void messages$.pipe(map(fault)).subscribe(),
  },
  'a subscriber behind a Subject throws': {
    handle: ({ messages$ }) => {
      const subject = new Subject();
      subject.subscribe(fault);
      messages$.subscribe(subject);
    },
  },
  'an asynchronous subscriber rejects': {
    handle: ({ messages$ }) => void messages$.subscribe(async () => fault()),
  },
  'a project of consume throws': { handle: (connection) => void connection.consume(fault).subscribe() },
  'a project of consume rejects': {
    handle: (connection) => void connection.consume(async () => fault()).subscribe(),
  },
  'a loop over the messages throws': {
    handle: async (connection) => {
      for await (const message of connection) fault(message);
    },
  },
  'a subscriber of streams$ throws': { handle: ({ streams$ }) => void streams$.subscribe(fault) },
  'a subscriber of closed$ throws': { handle: ({ closed$ }) => void closed$.subscribe(fault), leave: true },
  'a subscriber of state$ throws': { handle: ({ state$ }) => void state$.subscribe(fault), leave: true },
  'a subscriber of frames$ throws': { handle: ({ frames$ }) => void frames$.subscribe(fault) },
  'a subscriber of bytes$ throws': { handle: ({ bytes$ }) => void bytes$.subscribe(fault) },
  'a subscriber of sentFrames$ throws': {
    handle: (connection) => {
      connection.sentFrames$.subscribe(fault);
      connection.send('x');
    },
  },
  'a subscriber of writable$ throws': { handle: ({ writable$ }) => void writable$.subscribe(fault) },
  'messages$ fails when it is let go': {
    handle: ({ messages$ }) => void messages$.pipe(finalize(fault)).subscribe(),
    leave: true,
  },
  'frames$ and bytes$ fail when they are let go': {
    handle: ({ frames$, bytes$ }) => {
      for (const tap of [frames$, bytes$]) tap.pipe(finalize(fault)).subscribe();
    },
    leave: true,
  },
  'closed$ and state$ fail when they are let go': {
    handle: ({ closed$, state$ }) => {
      for (const source of [closed$, state$]) source.pipe(finalize(fault)).subscribe();
    },
    leave: true,
  },
  // Hooks
  'autoPong throws': { options: { autoPong: fault }, handle: (connection) => void connection, ping: true },
  'the key of overflow throws': {
    options: { overflow: { latest: (data) => (data === 'mine' ? fault() : undefined) } },
    handle: (connection) => void connection.send('mine'),
  },
  'authorize throws': {
    options: { authorize: ({ path }) => (path === '/bad' ? fault() : { accept: true }) },
  },
  'authorize rejects': {
    options: { authorize: async ({ path }) => (path === '/bad' ? fault() : { accept: true }) },
  },
  'selectSubprotocol throws': {
    options: { selectSubprotocol: (_, { path }) => (path === '/bad' ? fault() : undefined) },
  },
  // The server's own Observables
  'a subscriber of connections$ throws': { server: ({ connections$ }) => connections$.subscribe(fault) },
  'connections$ fails when it is let go': {
    server: ({ connections$ }) => connections$.pipe(finalize(fault)).subscribe(),
  },
  'a subscriber of rejections$ throws': {
    options: {
      authorize: ({ path }) => (path === '/bad' ? { accept: false, status: 403 } : { accept: true }),
    },
    server: ({ rejections$ }) => rejections$.subscribe(fault),
  },
  'a subscriber of a topic throws': {
    server: (server) => server.topic('t').subscribe(fault),
    handle: (connection, server) => {
      server.topic('t').add(connection);
      server.topic('t').next('x');
    },
  },
  'a topic and its changes fail when they are let go': {
    server: ({ topics }) => {
      for (const source of [topics.topic('t'), topics.changes$]) source.pipe(finalize(fault)).subscribe();
    },
  },
  'a subscriber of changes$ throws': {
    server: ({ topics }) => topics.changes$.subscribe(fault),
    handle: (connection, server) => void server.topic('t').add(connection),
  },
  // The peer
  'the socket is reset': { handle: ({ messages$ }) => messages$, raw: (socket) => socket.resetAndDestroy() },
  'the peer breaks a rule': {
    handle: ({ messages$ }) => messages$,
    raw: (socket) => socket.write(Buffer.from([0x81, 1, 0x41])),
  },
};

async function run({ options = {}, handle = () => undefined, server: look, raw, ping, leave }) {
  const logged = [];
  const seen = { connections: 0, rejections: 0, topic: 0, changes: 0 };
  let server;
  const bad = [];
  const log = (message, { error } = {}) => logged.push([message, error?.message]);
  const running = serve(
    (connection) => {
      if (connection.request.target !== '/bad') return connection.messages$;
      bad.push(connection);
      return handle(connection, server);
    },
    { host: '127.0.0.1', logger: { warn: log, error: log }, closeTimeoutMs: 1000, ...options },
  );
  const ended = new Promise((resolve, reject) => {
    running.subscribe({ next: (value) => (server = value), complete: resolve, error: reject });
  });
  while (server === undefined) await turn();
  look?.(server);
  // These have subscribed behind the ones that throw.
  const completions = [];
  const note = (name) => ({ next: () => seen[name]++, complete: () => completions.push(name) });
  server.connections$.subscribe(note('connections'));
  server.rejections$.subscribe(note('rejections'));
  server.topic('t').subscribe(note('topic'));
  server.topics.changes$.subscribe(note('changes'));

  const good = await openConnection(server.url, { logger: {} });
  const echo = async (connection, text) => {
    const answer = wait(connection.messages$);
    connection.send(text);
    return (await answer).data === text;
  };
  const before = await echo(good, 'before');
  let state = 'refused';
  if (raw !== undefined) {
    const socket = net.connect(new URL(server.url).port, '127.0.0.1');
    socket.on('error', () => undefined);
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    const lines = ['GET /bad HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...lines, 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, '', ''].join('\r\n'));
    await new Promise((resolve) => socket.once('data', resolve));
    const closed = wait(bad[0].closed$);
    raw(socket);
    state = (await closed).code;
    socket.destroy();
  } else {
    const connection = await openConnection(`${server.url}/bad`, {
      logger: {},
      subprotocols: ['p'],
      requireSubprotocol: false,
    }).catch(() => undefined);
    if (connection !== undefined) {
      connection.discard();
      connection.send('one');
      connection.send('two');
      if (ping) connection.ping().subscribe({ error: () => undefined });
      for (let i = 0; i < 20; i++) await turn();
      if (leave) await wait(connection.close());
      state = bad[0].state === 'open' ? 'open' : (await wait(bad[0].closed$)).code;
      connection.terminate();
      await wait(connection.closed$);
    }
  }
  const after = await echo(good, 'after');
  const late = await openConnection(server.url, { logger: {} });
  const accepted = await echo(late, 'late');
  for (let i = 0; i < 500 && server.connections.size > 2; i++) await turn();
  const { size } = server.connections;
  late.terminate();
  const goodClosed = wait(good.closed$);
  await server.close();
  await ended;
  const { code } = await goodClosed;
  return { state, logged, seen, completions, before, after, accepted, size, code };
}

async function main() {
  const uncaught = [];
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, ({ message }) => uncaught.push(message));
  }
  for (const [name, given] of Object.entries(CASES)) {
    let outcome;
    try {
      outcome = await run(given);
    } catch (error) {
      outcome = { broken: String(error.stack) };
    }
    // rxjs reports in a timer of its own.
    await new Promise((resolve) => setTimeout(resolve, 2));
    process.stdout.write(`${JSON.stringify({ name, ...outcome, uncaught: uncaught.splice(0) })}\n`);
  }
}

void main();
