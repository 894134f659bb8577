import { accept, reject, type ServerOptions } from '../../src/index.js';
import { startServer, watchResources } from '../support/harness.js';
import { type Reply, replyTo, requestFor } from './requesting.js';

watchResources();

const PLAIN = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';
const REPLIES: readonly (readonly [what: string, status: number, text: string, options: ServerOptions])[] = [
  ['the answer that opens', 101, requestFor('/'), {}],
  ['a refusal', 403, requestFor('/', ['Origin: http://evil.example']), {}],
  ['a refusal of yours', 401, requestFor('/'), { authorize: () => reject(401) }],
  ['an answer to octets that are no request', 400, 'nonsense\r\n\r\n', {}],
  ['an answer to a plain request', 426, PLAIN, {}],
  ['the status page', 200, PLAIN, { statusPage: true }],
];

async function reply(text: string, options: ServerOptions): Promise<Reply> {
  return replyTo((await startServer(options)).url, text);
}

describe('serverHeader', () => {
  for (const [what, status, text, options] of REPLIES) {
    it(`is in ${what}, and is not where nothing is said`, async () => {
      const named = await reply(text, { ...options, serverHeader: 'chat/1.0' });
      expect([named.status, named.headers.get('server')]).toEqual([status, 'chat/1.0']);
      for (const serverHeader of [false, undefined] as const) {
        const nameless = await reply(text, { ...options, ...(serverHeader === false && { serverHeader }) });
        expect([nameless.status, nameless.headers.has('server')]).toEqual([status, false]);
      }
    });
  }

  it('gives way to the header of a decision', async () => {
    const headers = { server: 'other' };
    const refused = await reply(requestFor('/'), {
      serverHeader: 'chat',
      authorize: () => reject(401, { headers }),
    });
    expect(refused.headers.get('server')).toBe('other');
    const accepted = await reply(requestFor('/'), {
      serverHeader: 'chat',
      authorize: () => accept({ headers }),
    });
    expect(accepted.headers.get('server')).toBe('other');
  });

  it.each([
    ['', RangeError],
    [true, TypeError],
    [1, TypeError],
    ['a\r\nb', TypeError],
  ])('refuses %j', async (serverHeader, constructor) => {
    await expect(startServer({ serverHeader } as never)).rejects.toThrow(constructor);
  });

  it('is not to be said twice', async () => {
    const starting = startServer({ serverHeader: 'a', headers: { server: 'b' } });
    await expect(starting).rejects.toThrow('header "server" is given twice');
  });
});

describe('Date', () => {
  for (const [what, status, text, options] of REPLIES) {
    if (status === 101) continue;
    it(`is in ${what}`, async () => {
      const before = Math.floor(Date.now() / 1000) * 1000;
      const { headers } = await reply(text, options);
      const date = headers.get('date') ?? '';
      expect(date).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
      expect(Date.parse(date)).toBeGreaterThanOrEqual(before - 1000);
      expect(Date.parse(date)).toBeLessThanOrEqual(Date.now());
    });
  }

  it('gives way to the header of a decision', async () => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const { headers } = await reply(requestFor('/'), {
      authorize: () => reject(401, { headers: { Date: date } }),
    });
    expect(headers.get('date')).toBe(date);
  });
});
