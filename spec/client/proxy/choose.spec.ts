import { chooseProxy } from '../../../src/client/proxy/choose.js';
import type { Environment } from '../../../src/client/proxy/environment.js';
import { resolveProxy } from '../../../src/client/proxy/options.js';
import { ProxyError } from '../../../src/index.js';

const SECRET = 'open-sesame';

function chosen(environment: Environment, url: string, noProxy?: string | string[]): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'wss:';
  const target = { secure, hostname, port: Number(port) || (secure ? 443 : 80) };
  return chooseProxy(resolveProxy('env', noProxy)!, target, environment)?.shown;
}

const EVERYTHING = {
  wss_proxy: 'http://wss',
  ws_proxy: 'http://ws',
  socks_proxy: 'socks',
  https_proxy: 'http://https',
  http_proxy: 'http://http',
  all_proxy: 'http://all',
};

function without(...names: (keyof typeof EVERYTHING)[]): Environment {
  return Object.fromEntries(Object.entries(EVERYTHING).filter(([name]) => !names.includes(name as never)));
}

describe("proxy: 'env'", () => {
  const ROWS: readonly [string, Environment, string, string | undefined][] = [
    ['nothing is set', {}, 'wss://x', undefined],
    ['wss: asks wss_proxy first', EVERYTHING, 'wss://x', 'http://wss:80'],
    [
      'then socks_proxy, of which the proxy looks names up',
      without('wss_proxy'),
      'wss://x',
      'socks5h://socks:1080',
    ],
    ['then https_proxy', without('wss_proxy', 'socks_proxy'), 'wss://x', 'http://https:80'],
    ['then all_proxy', without('wss_proxy', 'socks_proxy', 'https_proxy'), 'wss://x', 'http://all:80'],
    ['and nothing else', { ws_proxy: 'http://ws', http_proxy: 'http://http' }, 'wss://x', undefined],
    ['ws: asks ws_proxy first', EVERYTHING, 'ws://x', 'http://ws:80'],
    ['then socks_proxy', without('ws_proxy'), 'ws://x', 'socks5h://socks:1080'],
    ['then https_proxy', without('ws_proxy', 'socks_proxy'), 'ws://x', 'http://https:80'],
    ['then http_proxy', without('ws_proxy', 'socks_proxy', 'https_proxy'), 'ws://x', 'http://http:80'],
    ['then all_proxy', { all_proxy: 'http://all' }, 'ws://x', 'http://all:80'],
    ['upper case will do', { HTTPS_PROXY: 'http://upper' }, 'wss://x', 'http://upper:80'],
    [
      'lower case wins',
      { HTTPS_PROXY: 'http://upper', https_proxy: 'http://lower' },
      'wss://x',
      'http://lower:80',
    ],
    [
      'empty in lower case is not set',
      { HTTPS_PROXY: 'http://upper', https_proxy: '' },
      'wss://x',
      undefined,
    ],
    [
      'empty is not set, and the next one is asked',
      { wss_proxy: ' ', all_proxy: 'http://all' },
      'wss://x',
      'http://all:80',
    ],
    ['a scheme may be missing', { https_proxy: 'host:3128' }, 'wss://x', 'http://host:3128'],
    ['a scheme of socks_proxy counts', { socks_proxy: 'socks4://host' }, 'wss://x', 'socks4://host:1080'],
    [
      'HTTP_PROXY is forged in a CGI program',
      { HTTP_PROXY: 'http://evil', REQUEST_METHOD: 'GET' },
      'ws://x',
      undefined,
    ],
    ['http_proxy is not', { http_proxy: 'http://good', REQUEST_METHOD: 'GET' }, 'ws://x', 'http://good:80'],
    [
      'HTTPS_PROXY is not',
      { HTTPS_PROXY: 'http://good', REQUEST_METHOD: 'GET' },
      'wss://x',
      'http://good:80',
    ],
    ['no_proxy is obeyed', { ...EVERYTHING, no_proxy: 'x' }, 'wss://x', undefined],
    ['NO_PROXY too', { ...EVERYTHING, NO_PROXY: 'x:443' }, 'wss://x', undefined],
    ['its lower case wins', { ...EVERYTHING, NO_PROXY: 'x', no_proxy: 'y' }, 'wss://x', 'http://wss:80'],
    ['what means nothing in it is passed over', { ...EVERYTHING, NO_PROXY: '1/2,x' }, 'wss://x', undefined],
  ];
  it.each(ROWS)('%s', (_name, environment, url, expected) => {
    expect(chosen(environment, url)).toBe(expected);
  });

  it('noProxy stands for the variable', () => {
    expect(chosen({ ...EVERYTHING, NO_PROXY: 'x' }, 'wss://x', 'y')).toBe('http://wss:80');
    expect(chosen(EVERYTHING, 'wss://x', ['x'])).toBeUndefined();
  });

  it.each([
    ['no URL', `http://user:${SECRET}@`],
    ['a user name without a password', 'http://user@host'],
    ['a path', `http://user:${SECRET}@host/path`],
    ['another scheme', `ftp://user:${SECRET}@host`],
  ])('a variable with %s is an error that names it, and not its value', (_name, value) => {
    const choosing = (): unknown => chosen({ HTTPS_PROXY: value }, 'wss://x');
    expect(choosing).toThrow(ProxyError);
    expect(choosing).toThrow(/HTTPS_PROXY/);
    expect(choosing).not.toThrow(new RegExp(`${SECRET}|user@`));
  });
});

describe('proxy', () => {
  it.each([
    ['http://h', 'http://h:80'],
    ['https://h', 'https://h:443'],
    ['HTTP://H:443/', 'http://h:443'],
    ['socks4://h', 'socks4://h:1080'],
    ['socks4a://user@h:80', 'socks4a://h:80'],
    ['socks5://user:pass@MÜNCHEN:9', 'socks5://xn--mnchen-3ya:9'],
    ['socks5h://[::1]', 'socks5h://[::1]:1080'],
    [new URL('http://user:pass@127.1:8080'), 'http://127.0.0.1:8080'],
  ])('%s is %s', (url, shown) => {
    expect(resolveProxy(url, undefined)).toMatchObject({ address: { shown } });
  });

  const long = 'é'.repeat(128);
  const WRONG: readonly [string, unknown, string][] = [
    ['no URL', 'localhost:', 'option proxy'],
    ['only a word', SECRET, 'option proxy cannot be parsed'],
    ['another scheme', `ftp://user:${SECRET}@h`, 'expected http:, https:, socks4:'],
    ['a scheme alone', 'socks5://', 'no host'],
    ['a path', 'http://h/path', 'path'],
    ['a query', 'http://h?x', 'query'],
    ['a fragment', 'socks5://h#x', 'fragment'],
    ['port 0', 'http://h:0', 'port 0'],
    ['port 65536', 'http://h:65536', 'option proxy'],
    ['a user name without a password', 'http://user@h', 'user name and no password'],
    ['a password without a user name', `http://:${SECRET}@h`, 'password and no user name'],
    ['a user name with a colon', `http://us%3Aer:${SECRET}@h`, 'colon'],
    ['credentials that cannot be decoded', `http://us%ZZ:${SECRET}@h`, 'cannot be decoded'],
    ['a line break in a password', `http://user:${SECRET}%0d%0a@h`, 'control character'],
    ['a password for SOCKS 4', `socks4://user:${SECRET}@h`, 'SOCKS 4'],
    ['an empty password for SOCKS 5', { url: 'socks5://h', username: 'user', password: '' }, '0 octets'],
    [
      'a user name of 256 octets for SOCKS 5',
      { url: 'socks5://h', username: long, password: 'p' },
      '256 octets',
    ],
    [
      'a password of 256 octets for SOCKS 5',
      { url: 'socks5h://h', username: 'u', password: long },
      '256 octets',
    ],
    ['tls for a proxy without', { url: 'http://h', tls: {} }, 'proxy.tls'],
    ['headers for SOCKS', { url: 'socks5://h', headers: {} }, 'proxy.headers'],
    ['a header with a line break', { url: 'http://h', headers: { X: 'a\r\nb' } }, 'control character'],
    ['a Host', { url: 'http://h', headers: { host: 'x' } }, 'may not be set'],
    [
      'two authorizations',
      { url: 'http://u:p@h', headers: { 'Proxy-Authorization': 'x' } },
      'may not be set',
    ],
    ['credentials for the environment', { url: 'env', username: 'u', password: 'p' }, "beside 'env'"],
    ['no url', {}, 'no url'],
    ['an unknown option', { uri: 'http://h' }, 'did you mean proxy.url?'],
  ];
  it.each(WRONG)('%s is refused', (_name, proxy, text) => {
    const resolving = (): unknown => resolveProxy(proxy as string, undefined);
    expect(resolving).toThrow(text);
    expect(resolving).not.toThrow(SECRET);
  });

  it('noProxy is refused without it, and with an entry that means nothing', () => {
    expect(() => resolveProxy(undefined, 'x')).toThrow('without the option proxy');
    expect(() => resolveProxy('http://h', '10.0.0.0/33')).toThrow("'10.0.0.0/33'");
    expect(() => resolveProxy('http://h', [1 as never])).toThrow('array of strings');
  });
});
