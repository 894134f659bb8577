import type { ServeOptions } from '../../src/index.js';
import { startClient, watchResources } from '../support/harness.js';
import { serving } from '../support/serving.js';

watchResources();

describe('statusPage', () => {
  const get = (url: string, method = 'GET'): Promise<Response> =>
    fetch(url.replace(/^ws/, 'http'), { method, headers: { connection: 'close' } });

  it('is a page that may only talk to its own server', async () => {
    const { server } = await serving((connection) => connection.messages$, { statusPage: true });
    const response = await get(server.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self'");
    expect(await response.text()).toContain('<h1>rxwire</h1>');
    const head = await get(server.url, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await get(server.url, 'POST');
    expect(post.status).toBe(405);
    await post.text();
  });

  it('is off unless asked for: 426 says what is expected', async () => {
    const { server } = await serving(() => undefined);
    const response = await get(server.url);
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.text()).not.toBe('');
  });
});

describe('origins', () => {
  const cases: [ServeOptions['origins'], string | undefined, boolean][] = [
    [undefined, undefined, true],
    [undefined, 'http://evil.example', false],
    [undefined, 'null', false],
    ['any', 'http://evil.example', true],
    ['same', 'http://127.0.0.1', false],
    [['https://*.example.com'], 'https://a.example.com', true],
    [['https://*.example.com'], 'https://a.b.example.com', false],
    [['https://*.example.com'], 'http://a.example.com', false],
    [['http://localhost:*'], 'http://localhost:1234', true],
  ];
  for (const [origins, origin, allowed] of cases) {
    it(`${String(origins ?? 'the default')} ${allowed ? 'lets in' : 'refuses'} ${origin ?? 'a client without one'}`, async () => {
      const warnings: string[] = [];
      const logger = { warn: (message: string) => void warnings.push(message) };
      const { server } = await serving(() => undefined, { ...(origins && { origins }), logger });
      const opening = startClient(server.url, origin === undefined ? {} : { origin });
      if (allowed) await opening;
      else {
        await expect(opening).rejects.toMatchObject({ status: 403 });
        expect(warnings.join()).toContain('origins');
      }
    });
  }

  it('the origin of the same host and port is let in', async () => {
    const { server } = await serving(() => undefined);
    await startClient(server.url, { origin: server.url.replace('ws:', 'http:') });
  });
});
