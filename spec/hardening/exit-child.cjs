'use strict';

/** Run as `node exit-child.cjs INDEX WHAT [URL]`. It has to end by itself: nothing here calls process.exit. */
const http2 = require('node:http2');
const { attach, openConnection, openServer, serve } = require(process.argv[2]);
const [, , , what, url] = process.argv;

async function echo() {
  const server = await openServer({ host: '127.0.0.1' });
  server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  const client = await openConnection(server.url);
  for await (const { data } of (client.send('hello'), client)) {
    process.stdout.write(data);
    break;
  }
  await new Promise((resolve) => client.close().subscribe(resolve));
  await server.close();
  setImmediate(() => {
    const left = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));
    process.stdout.write(left.join());
  });
}

async function main() {
  if (what === 'echo') await echo();
  if (what === 'unref') process.stdout.write((await openConnection(url, { unref: true })).state);
  if (what === 'unref-server') {
    const server = await openServer({
      host: '127.0.0.1',
      unref: true,
      maxLifetimeMs: 1e6,
      idleTimeoutMs: 1e6,
    });
    const client = await openConnection(server.url, { unref: true });
    process.stdout.write(`${client.state} ${server.connections.size}`);
  }
  if (what === 'unref-http2') {
    const web = http2.createServer();
    attach(web, { unref: true });
    await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));
    web.unref();
    const session = http2.connect(`http://127.0.0.1:${web.address().port}`);
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    const fields = { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http', ':path': '/' };
    const stream = session.request({ ...fields, ':authority': '127.0.0.1', 'sec-websocket-version': '13' });
    await new Promise((resolve) => stream.once('response', resolve));
    session.unref();
    process.stdout.write('open');
  }
  if (what === 'unsubscribe') {
    const running = serve((connection) => connection.messages$, { host: '127.0.0.1' }).subscribe(() => {
      process.stdout.write('bound');
      running.unsubscribe();
    });
  }
}

void main();
