import fc from 'fast-check';
import '../../support/seed.js';
import { formatHead, formatRefusal, SWITCHING_PROTOCOLS } from '../../../src/protocol/handshake/head.js';
import { reasonPhrase } from '../../../src/protocol/handshake/reason-phrases.js';

describe('formatHead', () => {
  it('writes the start line, the headers in order and an empty line', () => {
    const headers = [
      ['A', '1'],
      ['b', '\xe9'],
    ] as const;
    expect(formatHead(SWITCHING_PROTOCOLS, headers)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nA: 1\r\nb: \xe9\r\n\r\n',
    );
    expect(formatHead('GET / HTTP/1.1', [])).toBe('GET / HTTP/1.1\r\n\r\n');
  });

  it.each([
    ['a line end in the start line', 'GET / HTTP/1.1\r\nX: 1', []],
    ['a start line beyond Latin-1', 'GET /\u0100 HTTP/1.1', []],
    ['a line end in a value', 'GET / HTTP/1.1', [['a', '1\r\nb: 2']]],
    ['a line end in a name', 'GET / HTTP/1.1', [['a\r\nb', '1']]],
    ['a value that is not Latin-1', 'GET / HTTP/1.1', [['a', '\u0100']]],
  ])('refuses %s', (_, startLine, headers) => {
    expect(() => formatHead(startLine, headers as [string, string][])).toThrow(TypeError);
  });

  it('throws TypeError, or writes as many lines as it was given', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab: \t\r\n\0\xff\u0100')), maxLength: 6 });
    fc.assert(
      fc.property(text, fc.array(fc.tuple(text, text), { maxLength: 4 }), (startLine, headers) => {
        let head: string;
        try {
          head = formatHead(startLine, headers);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(head.split(/\r\n|\r|\n/)).toHaveLength(headers.length + 3);
      }),
    );
  });
});

describe('formatRefusal', () => {
  it('is a whole reply of plain text that closes the connection', () => {
    expect(formatRefusal(405, 'no', [['Allow', 'GET']])).toBe(
      [
        'HTTP/1.1 405 Method Not Allowed',
        'Connection: close',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Length: 3',
        'Allow: GET',
        '',
        'no\n',
      ].join('\r\n'),
    );
  });

  it('counts the octets of its body and not its characters', () => {
    const octets = Buffer.from(formatRefusal(403, 'né €'), 'latin1').toString('utf8');
    expect(octets).toContain('Content-Length: 8\r\n');
    expect(octets.endsWith('\r\n\r\nné €\n')).toBe(true);
  });

  it('takes another type for its body', () => {
    const reply = formatRefusal(400, '{}', [['content-type', 'application/json']]);
    expect(reply).toContain('content-type: application/json\r\n');
    expect(reply).not.toContain('text/plain');
  });

  it('names Upgrade among the connection options where it sends that header', () => {
    expect(formatRefusal(426, '', [['upgrade', 'websocket']])).toContain('Connection: close, Upgrade\r\n');
  });

  it('lets no line end of its reason into its head', () => {
    const [head, body] = formatRefusal(400, 'a\r\nX-Evil: 1').split('\r\n\r\n');
    expect(head).not.toContain('X-Evil');
    expect(body).toBe('a\r\nX-Evil: 1\n');
  });

  it.each([0, 101, 199, 204, 205, 304, 600, 403.5, NaN])('refuses status %d', (status) => {
    expect(() => formatRefusal(status, '')).toThrow(RangeError);
  });

  it.each(['Connection', 'content-length', 'Transfer-Encoding', 'a b'])('refuses the header %j', (name) => {
    expect(() => formatRefusal(400, '', [[name, '1']])).toThrow(TypeError);
  });
});

describe('reasonPhrase', () => {
  it.each([
    [403, 'Forbidden'],
    [426, 'Upgrade Required'],
    [499, ''],
  ])('of %d is %j', (status, phrase) => {
    expect(reasonPhrase(status)).toBe(phrase);
  });
});
