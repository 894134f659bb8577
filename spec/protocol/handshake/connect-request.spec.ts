import fc from 'fast-check';
import { connectHead, judgeConnect } from '../../../src/protocol/handshake/extended-connect.js';
import { connectRequest, withoutKey } from '../../../src/protocol/handshake/connect-request.js';
import { grantsConnect } from '../../../src/protocol/handshake/connect-response.js';
import { compileOrigins } from '../../../src/protocol/handshake/origins.js';
import { requestHeaders } from '../../../src/protocol/handshake/request.js';
import '../../support/seed.js';

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const own = fc.dictionary(
  token.map((name) => `X-${name}`),
  fc.stringMatching(/^[!-~]{1,10}$/),
  { maxKeys: 5 },
);

describe('connectRequest', () => {
  it('asks for what the request over HTTP/1.1 asks for, and a server takes it', () => {
    const subprotocols = fc.uniqueArray(token, { maxLength: 4 });
    fc.assert(
      fc.property(subprotocols, own, fc.boolean(), fc.webPath(), (offered, headers, secure, path) => {
        const list = requestHeaders({
          host: 'example.com:8080',
          key: 'dGhlIHNhbXBsZSBub25jZQ==',
          version: 13,
          subprotocols: offered,
          origin: 'https://example.com:8080',
          headers,
        });
        const target = path === '' ? '/' : path;
        const request = connectRequest(list, { secure, target });
        const names = request.map(([name]) => name);
        expect(names).toEqual(names.map((name) => name.toLowerCase()));
        expect(names.slice(0, 5).every((name) => name.startsWith(':'))).toBe(true);
        expect(names.slice(5).some((name) => name.startsWith(':'))).toBe(false);
        const head = connectHead(request.flat(), false);
        expect(head).toMatchObject({
          authority: 'example.com:8080',
          target,
          scheme: secure ? 'https' : 'http',
        });
        const judged = judgeConnect(head, {
          versions: [13, 8],
          origins: compileOrigins('any'),
          maxHeaders: 128,
        });
        expect(judged).toMatchObject({ ok: true, offeredSubprotocols: offered, version: 13 });
        // What it is shown as is what the server has read.
        expect(withoutKey(list).toSorted()).toEqual([...head.headers].toSorted());
      }),
    );
  });
});

describe('grantsConnect', () => {
  it('is for any status of success, and for no other', () => {
    for (let status = 100; status < 600; status++) {
      expect(grantsConnect(status)).toBe(Math.floor(status / 100) === 2);
    }
  });
});
