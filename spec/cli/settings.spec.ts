import { readConnectSettings } from '../../src/cli/connect-settings.js';
import { readServeSettings } from '../../src/cli/serve-settings.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('readServeSettings', () => {
  it('echoes on 127.0.0.1:9000, with a page, unless told otherwise', () => {
    expect(readServeSettings([])).toEqual({
      mode: 'echo',
      options: { host: '127.0.0.1', port: 9000, statusPage: true },
    });
  });

  it.each(['echo', 'broadcast', 'chat'])('takes --%s', (mode) => {
    expect(readServeSettings([`--${mode}`])?.mode).toBe(mode);
  });

  it.each([
    [['--origins', 'any'], 'any'],
    [['--origins', 'same'], 'same'],
    [['--origins', 'https://a.b'], ['https://a.b']],
    [
      ['--origins', 'https://a.b', 'https://*.c.d', '--chat'],
      ['https://a.b', 'https://*.c.d'],
    ],
    [['--origins=https://a.b,null'], ['https://a.b', 'null']],
  ])('reads %j', (args, origins) => {
    expect(readServeSettings(args)?.options.origins).toEqual(origins);
  });

  it('takes a Unix socket, a limit and a call for help', () => {
    expect(readServeSettings(['--unix', '/tmp/s', '--max-message', '64KiB'])?.options).toEqual({
      unixPath: '/tmp/s',
      maxMessageBytes: 65536,
      statusPage: true,
    });
    expect(readServeSettings(['-h'])).toBeUndefined();
  });

  it.each([
    [['--echo', '--chat'], '--echo and --chat exclude each other'],
    [['--unix', '/s', '--port', '1'], '--unix and --port exclude each other'],
    [['--unix', '/s', '--host', 'h'], '--unix and --host exclude each other'],
    [['--tls-cert', 'x'], '--tls-cert and --tls-key need each other'],
    [['--port', 'http'], '--port is "http", expected an integer from 0 to 65535'],
    [['9000'], 'unexpected argument "9000"'],
  ])('refuses %j', (args, text) => {
    expect(() => readServeSettings(args)).toThrow(new UsageError(text));
  });

  it('leaves compression to the library unless asked for it', () => {
    expect(readServeSettings([])?.options).not.toHaveProperty('compression');
    expect(readServeSettings(['--compress'])?.options.compression).toBe(true);
  });

  it('names a file that cannot be read', () => {
    expect(() => readServeSettings(['--tls-cert', '/no/cert', '--tls-key', '/no/key'])).toThrow(
      '--tls-cert: cannot read /no/cert (ENOENT)',
    );
  });
});

describe('readConnectSettings', () => {
  it('has its defaults', () => {
    expect(readConnectSettings(['ws://h'])).toMatchObject({
      url: 'ws://h',
      texts: [],
      execute: [],
      waitSeconds: 2,
      binary: false,
      oneMessage: false,
      eofWaitSeconds: 0,
      verbose: 0,
      slash: false,
      raw: false,
      options: {
        maxMessageBytes: 64 * 1024 * 1024,
        headers: {},
        subprotocols: [],
        tls: {},
        compression: true,
      },
    });
  });

  it.each([
    [['--compress'], true],
    [['--no-compress'], false],
  ])('takes %j', (args, compression) => {
    expect(readConnectSettings([...args, 'ws://h'])?.options.compression).toBe(compression);
  });

  it.each([
    ['ws://h/p', 'ws://h/p'],
    ['WSS://h', 'WSS://h'],
    ['http://h', 'http://h'],
    ['ws+unix:/tmp/s:/x', 'ws+unix:/tmp/s:/x'],
    ['h:9000', 'ws://h:9000'],
    ['localhost:9000/x?y', 'ws://localhost:9000/x?y'],
    ['[::1]:9000', 'ws://[::1]:9000'],
    ['example.com', 'ws://example.com'],
  ])('takes %s for %s', (given, url) => {
    expect(readConnectSettings([given])?.url).toBe(url);
  });

  it.each([
    [['-v'], 1],
    [['-vv'], 2],
    [['-v', '-v'], 2],
    [['-v', '1'], 1],
    [['-v', '2'], 2],
    [['--verbose', '0'], 0],
  ])('counts %j', (args, verbose) => {
    expect(readConnectSettings([...args, 'ws://h'])?.verbose).toBe(verbose);
  });

  it('takes -1 as a flag, and as a value where it stands for ever', () => {
    expect(readConnectSettings(['-1', 'ws://h'])).toMatchObject({
      oneMessage: true,
      eofWaitSeconds: undefined,
    });
    expect(readConnectSettings(['-x', 'a', '-w', '-1', 'ws://h'])).toMatchObject({
      oneMessage: false,
      waitSeconds: Infinity,
    });
    expect(readConnectSettings(['--eof-wait', '-1', 'ws://h'])?.eofWaitSeconds).toBe(Infinity);
    expect(readConnectSettings(['-1', '-E', 'ws://h'])?.eofWaitSeconds).toBe(0);
    expect(readConnectSettings(['--', 'ws://h'])?.url).toBe('ws://h');
  });

  it('reads the flags of wsdump', () => {
    const args = 'ws://h -n -r -s a,b -s c -o http://o --eof-wait 1 -t hi --timings --headers'.split(' ');
    expect(readConnectSettings([...args, 'A: b, C: d'])).toMatchObject({
      raw: true,
      timings: true,
      texts: ['hi'],
      eofWaitSeconds: 1,
      noVerification: true,
      options: {
        origin: 'http://o',
        subprotocols: ['a', 'b', 'c'],
        headers: { A: 'b', C: 'd' },
        tls: { rejectUnauthorized: false },
      },
    });
  });

  it.each([
    [[], 'there is no url, expected rxwire <url> or rxwire serve'],
    [['ws://h', 'ws://i'], 'there are 2 arguments, expected one url; what has blanks in it needs quotes'],
    [['-w', '1', 'ws://h'], '--wait needs --execute'],
    [['--cert', 'x', 'ws://h'], '--cert and --key need each other'],
    [['--compress', '--no-compress', 'ws://h'], '--compress and --no-compress exclude each other'],
    [['--eof-wait', 'x', 'ws://h'], '--eof-wait is "x", expected a number of seconds, or -1 for ever'],
  ])('refuses %j', (args, text) => {
    expect(() => readConnectSettings(args)).toThrow(new UsageError(text));
  });

  it.each([
    ['-4', 4],
    ['--ipv4', 4],
    ['-6', 6],
    ['--ipv6', 6],
  ])('takes %s for the family %d', (flag, family) => {
    expect(readConnectSettings([flag, 'ws://h'])?.options.family).toBe(family);
  });

  it('asks for help', () => {
    expect(readConnectSettings(['ws://h', '--help'])).toBeUndefined();
  });
});
