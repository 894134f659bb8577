/*
 * Node's own WebSocket, which is undici's, as a client that sends back every message it gets.
 *
 * Prints "ready", then connects for each line of JSON on stdin: {"url": ...}. "close CODE REASON" has it close. When a connection has
 * ended, it prints {"path": ..., "code": ..., "reason": ...}.
 */
import { createInterface } from 'node:readline';

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function connect(url) {
  const socket = new globalThis.WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    const [, code, reason] = (typeof data === 'string' && /^close (\d+) (.*)$/s.exec(data)) || [];
    if (code === undefined) socket.send(data);
    else socket.close(Number(code), reason);
  });
  socket.addEventListener('close', ({ code, reason }) => say({ path: new URL(url).pathname, code, reason }));
}

createInterface(process.stdin).on('line', (line) => connect(JSON.parse(line).url));
say('ready');
