'use strict';

/** Run as `node peer-child.cjs PORT`: an echo server of the package ws, which says its port and takes no leave. */
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]) });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on('listening', () => process.stdout.write(`${server.address().port}\n`));
