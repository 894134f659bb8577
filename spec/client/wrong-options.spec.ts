import { connect, openConnection, openServer, request, upgrade } from '../../src/index.js';
import { watchResources } from '../support/harness.js';

watchResources();

const URL = 'ws://127.0.0.1:1';

describe('an option that has another name elsewhere', () => {
  it.each([
    ['agent', 'proxy'],
    ['createConnection', 'dial'],
    ['followRedirects', 'redirects'],
    ['maxPayload', 'maxMessageBytes'],
    ['perMessageDeflate', 'compression'],
    ['protocols', 'subprotocols'],
    ['proxies', 'proxy'],
    ['rejectUnauthorized', 'tls.rejectUnauthorized'],
    ['ca', 'tls.ca'],
    ['timeout', 'handshakeTimeoutMs'],
    ['__proto__x', ''],
  ])('%s is told by its name here: %s', (wrong, right) => {
    expect(() => connect(URL, { [wrong]: 1 })).toThrow(`unknown option ${wrong}, did you mean ${right}`);
  });

  it('is told only where there is such: a server has no handshake of a client', async () => {
    await expect(openServer({ agent: 1 } as never)).rejects.toThrow(/did you mean (?!proxy)/);
    await expect(openServer({ cert: 'x' } as never)).rejects.toThrow('did you mean tls.cert?');
  });
});

describe('options that are no options', () => {
  it.each([
    [5, 'options are 5, expected an object'],
    ['wss', "options are 'wss', expected an object"],
    [null, 'options are null, expected an object'],
    [[], 'options are an array, expected an object'],
    [{ auth: [] }, 'option auth.username is of type undefined'],
    [{ keepAlive: [] }, 'option keepAlive is an array, expected an object'],
    [{ signal: {} }, 'option signal is a value of type object, expected an AbortSignal'],
    [{ signal: new AbortController() }, 'expected an AbortSignal'],
  ])('%j is refused', async (options, text) => {
    expect(() => connect(URL, options as never)).toThrow(text);
    await expect(openConnection(URL, options as never)).rejects.toThrow(text);
    await expect(request(URL, 'x', options as never)).rejects.toThrow(text);
  });
});

describe('header fields that are no object of names and values', () => {
  it.each<[string, object]>([
    ['Headers', new Headers({ 'X-Own': '1' })],
    ['a Map', new Map([['X-Own', '1']])],
    ['an array of pairs', [['X-Own', '1']]],
  ])('%s is refused by a server, and nothing is left out in silence', async (_name, headers) => {
    const text = 'header fields are in a list, expected an object of names and values';
    await expect(openServer({ headers: headers as never })).rejects.toThrow(text);
  });
});

describe('a URL that is none', () => {
  it('says what one is like, and shows nothing of it', () => {
    for (const url of ['127.0.0.1:9000', 'secret', '']) {
      const wrong = (): unknown => connect(url);
      expect(wrong).toThrow('URL cannot be parsed, expected one such as wss://example.com/path');
      expect(() => upgrade({} as never, { role: 'client', url })).toThrow(TypeError);
    }
  });
});
