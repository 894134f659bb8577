'use strict';

/** Run as `node signals-child.cjs INDEX`. It serves until it is told to end, and says what it sees; it has to end by itself. */
const { closeOnSignals, serve } = require(process.argv[2]);
const { tap } = require('rxjs');

const say = (text) => process.stdout.write(`${text}\n`);
const counts = () => ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name)).join();

const serving = serve((connection) => connection.messages$, { host: '127.0.0.1', logger: {} });
closeOnSignals(serving.pipe(tap(({ url }) => say(url))), { graceMs: 60_000, sameSignalMs: 0 }).subscribe({
  next: ({ signal, forced }) => say(`${signal} ${forced ? 'forced' : 'closing'}, listeners ${counts()}`),
  complete: () => say(`closed, listeners ${counts()}`),
});
