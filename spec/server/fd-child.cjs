'use strict';

/** Run as `node fd-child.cjs INDEX` with a listening socket as descriptor 3. It ends with its standard input. */
const { openServer } = require(process.argv[2]);

async function main() {
  const server = await openServer({ fd: 3 });
  process.stdout.write(`${server.url}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => {
    for (const connection of server.connections) connection.terminate();
    void server.close();
  });
}

void main();
