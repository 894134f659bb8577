import type { ConnectionOptions } from 'node:tls';
import { connect, type HandshakeError, openConnection } from '../../src/index.js';
import { authority } from '../support/authority.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { startServer, watchResources } from '../support/harness.js';
import { describeNeeds } from '../support/skip.js';

watchResources();

const URL = 'wss://127.0.0.1:1';

describe('what is said of TLS is looked at before anything is dialled', () => {
  it.each<[string, ConnectionOptions, string]>([
    ['another host', { host: '127.0.0.2' }, 'option tls.host is given, expected it in the URL'],
    ['another port', { port: 1 }, 'option tls.port'],
    ['a Unix socket', { path: '/x' }, 'expected it in a URL of wss+unix:'],
    ['a look-up', { lookup: () => undefined }, 'expected it in the option lookup'],
    ['a time limit', { timeout: 1 }, 'expected it in the option connectTimeoutMs'],
    ['a number as ca', { ca: 7 as never }, 'option tls cannot be used'],
    ['a certificate that is none', { cert: 'mine' }, 'no start line'],
    ['a version that there is not', { minVersion: 'TLSv9' as never }, 'TLS protocol version'],
    ['no cipher that there is', { ciphers: 'none' }, 'no cipher match'],
  ])('%s is refused', (_name, tls, text) => {
    expect(() => connect(URL, { tls })).toThrow(TypeError);
    expect(() => connect(URL, { tls })).toThrow(text);
    const proxy = { url: 'https://proxy.example', tls };
    expect(() => connect(URL, { proxy })).toThrow(text.replace('option tls', 'option proxy.tls'));
  });
});

describeNeeds(opensslNeed(), 'keys', () => {
  it('of another certificate are refused before anything is dialled, and not shown', () => {
    const [one, other] = [selfSigned(), selfSigned()];
    const tls = { cert: one.cert, key: other.key };
    expect(() => connect(URL, { tls })).toThrow('option tls cannot be used: key values mismatch');
  });

  it('that a server misses are an error of one line, in words', async () => {
    const trusted = authority();
    const own = trusted.issue({ names: 'DNS:localhost' });
    const server = await startServer({
      tls: { ...own, ca: trusted.ca, requestCert: true, rejectUnauthorized: true },
    });
    const url = server.url.replace('127.0.0.1', 'localhost');
    const error = (await openConnection(url, { tls: { ca: trusted.ca } }).catch(
      (caught: unknown) => caught,
    )) as HandshakeError;
    expect(error.phase).toBe('tls');
    expect(error.message).toBe(`cannot connect to ${url}/: tlsv13 alert certificate required`);
  });
});
