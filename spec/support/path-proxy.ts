import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterTest } from './harness.js';

/** A reverse proxy that serves everything below `prefix`, upgrades included, from the server at `port`. It hands on the Host. */
export async function proxyBelow(prefix: string, port: number): Promise<{ readonly url: string }> {
  const open = new Set<net.Socket>();
  const below = (target = '/'): string => target.slice(prefix.length) || '/';
  const proxy = http.createServer((request, response) => {
    const { method, headers } = request;
    if (request.url?.startsWith(prefix) !== true) {
      response.writeHead(404).end();
      return;
    }
    const onward = http.request(
      { host: '127.0.0.1', port, path: below(request.url), method, headers, agent: false },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    onward.end();
  });
  proxy.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  proxy.on('upgrade', (request, socket, head) => {
    const onward = net.connect(port, '127.0.0.1', () => {
      const fields = request.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`));
      onward.write(`GET ${below(request.url)} HTTP/1.1\r\n${fields.join('')}\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  afterTest(
    () =>
      new Promise((resolve) => {
        proxy.close(resolve);
        for (const socket of open) socket.destroy();
      }),
  );
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}` };
}
