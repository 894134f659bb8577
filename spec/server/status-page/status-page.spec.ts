import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { attach, openConnection, type Server, statusPage } from 'rxwire';
import { selfSigned, opensslNeed } from '../../support/certificate.js';
import { afterTest, startServer, watchResources } from '../../support/harness.js';
import { itNeeds } from '../../support/skip.js';

watchResources();

const get = (url: string, method = 'GET', headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url.replace(/^ws/, 'http'), { method, headers: { connection: 'close', ...headers } });

describe('statusPage: true', () => {
  it('answers GET and HEAD with a page that may run its own script, talk to its own server, and no more', async () => {
    const server = await startServer({ statusPage: true });
    const response = await get(server.url);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain('<!doctype html>');
    const policy = response.headers.get('content-security-policy')!.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        expect.stringMatching(/^script-src 'sha256-[\w+/]+='$/),
        expect.stringMatching(/^style-src 'sha256-[\w+/]+='$/),
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const head = await get(server.url, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(server.stats.refused).toBe(0);
  });

  it('refuses other methods with 405', async () => {
    const server = await startServer({ statusPage: true });
    const post = await get(server.url, 'POST');
    await post.text();
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('has nothing of the request in it', async () => {
    const server = await startServer({ statusPage: true });
    const plain = await (await get(server.url)).text();
    const asked = await get(
      `${server.url}/"><script>alert(1)</script>?redirect=https://evil.example`,
      'GET',
      {
        'user-agent': '<b>',
        referer: 'https://evil.example',
        cookie: '<i>=1',
      },
    );
    expect(asked.status).toBe(200);
    expect(asked.redirected).toBe(false);
    expect(await asked.text()).toBe(plain);
  });

  it('names the subprotocols of the server, harmlessly', async () => {
    const server = await startServer({ statusPage: true, subprotocols: ["it's&amp", 'chat.v1'] });
    const text = await (await get(server.url)).text();
    expect(text).toContain('<option>it&#39;s&amp;amp</option><option>chat.v1</option>');
    expect(text).not.toContain("it's&amp<");
  });

  it('is at the path that is served, and nowhere else', async () => {
    const server = await startServer({ statusPage: true, path: '/chat/:room' });
    const statusAt = async (path: string): Promise<number> => {
      const response = await get(new URL(path, server.url).href);
      await response.text();
      return response.status;
    };
    expect(await statusAt('/chat/7')).toBe(200);
    expect(await statusAt('/chat/7?token=1')).toBe(200);
    expect(await statusAt('/chat')).toBe(404);
    expect(await statusAt('/')).toBe(404);
    expect(server.stats.refused).toBe(2);
  });

  it('is off unless asked for: 426 says what is expected', async () => {
    const server = await startServer();
    const response = await get(server.url);
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.text()).not.toBe('');
  });

  itNeeds(opensslNeed(), 'is served over TLS, too', async () => {
    const { key, cert } = selfSigned();
    const server = await startServer({ statusPage: true, tls: { key, cert } });
    const status = await new Promise((resolve, reject) => {
      https
        .get(server.url.replace('wss', 'https'), { ca: cert, agent: false }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode));
        })
        .on('error', reject);
    });
    expect(status).toBe(200);
  });
});

describe('statusPage(server)', () => {
  async function mounted(): Promise<{ url: string; chat: Server }> {
    const web = http.createServer((request, response) => {
      if (request.url === '/chat') page(request, response);
      else response.end('mine');
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    afterTest(() => new Promise((resolve) => web.close(resolve)));
    const url = `ws://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const chat = attach(web, { path: '/chat', logger: {} });
    afterTest(() => chat.close());
    const page = statusPage(chat);
    return { url, chat };
  }

  it('answers requests of a server of yours, which keeps the others', async () => {
    const { url } = await mounted();
    expect(await (await get(`${url}/other`)).text()).toBe('mine');
    const response = await get(`${url}/chat`);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain('<!doctype html>');
    const post = await get(`${url}/chat`, 'POST');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    await post.text();
  });

  it('has the server give figures to the page', async () => {
    const { url, chat } = await mounted();
    const feed = await openConnection(`${url}/chat`, {
      origin: url.replace('ws', 'http'),
      subprotocols: ['rxwire.status'],
      logger: {},
    });
    expect([feed.subprotocol, chat.connections.size]).toEqual(['rxwire.status', 0]);
    feed.terminate();
  });

  it.each([[undefined], [{}], [http.createServer()]])('refuses %p', (server) => {
    expect(() => statusPage(server as never)).toThrow(/statusPage takes a server that attach/);
  });
});
