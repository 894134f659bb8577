import type { ServeOptions } from '../../src/index.js';
import { startClient, watchResources } from '../support/harness.js';
import { serving } from '../support/serving.js';

watchResources();

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
