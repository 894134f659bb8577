import '../../support/seed.js';
import fc from 'fast-check';
import {
  type ForwardedClient,
  type ProxyTrust,
  readForwarded,
} from '../../../src/protocol/handshake/forwarded.js';
import { parseForwarded } from '../../../src/protocol/handshake/forwarded-header.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { parseNode, UNKNOWN } from '../../../src/protocol/handshake/node-address.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

const ours = (address: string | undefined): boolean => address?.startsWith('10.') === true;

function asked(
  raw: readonly string[],
  header: ProxyTrust['header'] = 'x-forwarded',
  trusts: ProxyTrust['trusts'] = ours,
  address: string | undefined = '10.0.0.1',
): ReturnType<typeof readForwarded> {
  return readForwarded(new HeaderFields(raw), address, { header, trusts });
}

const hops =
  (count: number): ProxyTrust['trusts'] =>
  (_, hop) =>
    hop < count;

describe('parseNode', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['192.0.2.1:_port', '192.0.2.1'],
    ['unknown', UNKNOWN],
    ['Unknown', UNKNOWN],
    ['_hidden', UNKNOWN],
    ['_SEVKISEK:_x', UNKNOWN],
    ['', undefined],
    ['_', undefined],
    ['_a b', undefined],
    ['example.com', undefined],
    ['192.0.2', undefined],
    ['192.0.2.256', undefined],
    ['0192.0.2.1', undefined],
    ['192.0.2.1:', undefined],
    ['192.0.2.1:65536', undefined],
    ['192.0.2.1:1:2', undefined],
    ['[2001:db8::1', undefined],
    ['2001:db8::1]', undefined],
    ['[2001:db8::1]x', undefined],
    ['[2001:db8::1]:x', undefined],
    ['[192.0.2.1]', undefined],
    ['fe80::1%eth0', undefined],
    ['192.0.2.1, 192.0.2.2', undefined],
    [' 192.0.2.1', undefined],
    ['1'.repeat(65), undefined],
  ])('reads %j', (text, address) => {
    expect(parseNode(text)).toBe(address);
  });

  it.each(HOSTILE_TEXTS)('refuses %s, however long, unread', (_, make) => {
    expect(parseNode(make(4096))).toBeUndefined();
  });
});

describe('parseForwarded', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['for=192.0.2.43', [{ for: '192.0.2.43' }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
    ['for=192.0.2.60;proto=http;by=203.0.113.43;host=h', [{ for: '192.0.2.60', proto: 'http', host: 'h' }]],
    ['for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
    ['for=_a ; proto=https', [{ for: '_a', proto: 'https' }]],
    ['host="a\\.b";ext=1', [{ host: 'a.b' }]],
    ['for="a,b;c"', [{ for: 'a,b;c' }]],
    ['for=a;for=b', undefined],
    ['for', undefined],
    ['for=', undefined],
    ['for=""', undefined],
    ['=a', undefined],
    ['for=a b', undefined],
    ['for="a', undefined],
    ['for="a\\', undefined],
    ['for="a"b', undefined],
    ['for =a', undefined],
    ['for=[::1]', undefined],
  ])('reads %j', (value, elements) => {
    expect(parseForwarded(value)).toEqual(elements);
  });

  it('has no trouble with names of objects', () => {
    expect(parseForwarded('__proto__=1;constructor=2;for=a')).toEqual([{ for: 'a' }]);
    expect(({} as Record<string, unknown>)['for']).toBeUndefined();
  });

  it('gives back what was written in quotes', () => {
    const text = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (values) => {
        const written = values.map((value) => `for="${value.replaceAll(/[\\"]/g, '\\$&')}"`).join(',');
        expect(parseForwarded(written)).toEqual(values.map((value) => ({ for: value })));
      }),
    );
  });

  it.each(HOSTILE_TEXTS)('does work that doubles with the length of %s', (_, make) => {
    expect(growth((text) => parseForwarded(text), make)).toBeLessThan(2.1);
    expect(
      growth(
        (text) => parseForwarded(text),
        (size) => `for="${make(size)}`,
      ),
    ).toBeLessThan(2.1);
  });
});

describe('readForwarded', () => {
  const client = (address: string | undefined, more: Partial<ForwardedClient> = {}): ForwardedClient => ({
    address,
    secure: undefined,
    host: undefined,
    ...more,
  });

  it('believes nobody who is not trusted', () => {
    const raw = ['X-Forwarded-For', '192.0.2.1', 'X-Forwarded-Proto', 'https', 'Forwarded', 'for=192.0.2.1'];
    expect(asked(raw, 'x-forwarded', ours, '198.51.100.1')).toBeUndefined();
    expect(asked(raw, 'forwarded', ours, '198.51.100.1')).toBeUndefined();
    const fields = new HeaderFields(raw);
    expect(readForwarded(fields, undefined, { header: 'x-forwarded', trusts: ours })).toBeUndefined();
  });

  it.each<[string, string, ProxyTrust['trusts'], ForwardedClient]>([
    ['the one address there is', '192.0.2.1', ours, client('192.0.2.1')],
    ['the last one that is no proxy', '6.6.6.6, 192.0.2.1, 10.0.0.9', ours, client('192.0.2.1')],
    ['not what the client made up', '10.0.0.5, 192.0.2.1', ours, client('192.0.2.1')],
    ['not nonsense that the client made up', 'x y, , 192.0.2.1', ours, client('192.0.2.1')],
    ['the first, if all are proxies', '10.0.0.3, 10.0.0.2', ours, client('10.0.0.3')],
    ['nobody where it is unknown', '192.0.2.1, unknown', ours, client(undefined)],
    ['the last with one hop', '6.6.6.6, 192.0.2.1', hops(1), client('192.0.2.1')],
    ['the last but one with two', '6.6.6.6, 192.0.2.1, 10.0.0.9', hops(2), client('192.0.2.1')],
    ['the first where there are fewer than hops', '192.0.2.1', hops(3), client('192.0.2.1')],
    ['behind one who hides, with hops', '192.0.2.1, _proxy', hops(2), client('192.0.2.1')],
  ])('takes of X-Forwarded-For %s', (_, value, trusts, expected) => {
    expect(asked(['X-Forwarded-For', value], 'x-forwarded', trusts)).toEqual(expected);
  });

  it('reads repeated fields as one list, and lists of Forwarded by element', () => {
    const lists = ['X-Forwarded-For', '6.6.6.6', 'x-forwarded-for', '192.0.2.1'];
    expect(asked(lists)).toEqual(client('192.0.2.1'));
    const elements = [
      'Forwarded',
      'for=6.6.6.6;proto=https;host=evil',
      'Forwarded',
      'for="192.0.2.1:1";proto=http',
    ];
    expect(asked(elements, 'forwarded')).toEqual(client('192.0.2.1', { secure: false }));
    expect(asked(['Forwarded', 'proto=https'], 'forwarded')).toEqual(client(undefined, { secure: true }));
  });

  it('looks at the one header that it is told of, and at the socket where there is none', () => {
    const raw = ['X-Forwarded-For', '192.0.2.1', 'Forwarded', 'for=192.0.2.2'];
    expect(asked(raw)).toEqual(client('192.0.2.1'));
    expect(asked(raw, 'forwarded')).toEqual(client('192.0.2.2'));
    expect(asked([])).toEqual(client('10.0.0.1'));
    expect(asked([], 'forwarded')).toEqual(client('10.0.0.1'));
  });

  it.each([
    ['https', 'example.com', { secure: true, host: 'example.com' }],
    ['HTTPS', 'example.com:8443', { secure: true, host: 'example.com:8443' }],
    ['ws', '[::1]', { secure: false, host: '[::1]' }],
    ['https, http', 'evil.example, example.com', { secure: false, host: 'example.com' }],
  ])('takes protocol %j and host %j of the last proxy', (proto, host, expected) => {
    const raw = [
      'X-Forwarded-For',
      '6.6.6.6, 192.0.2.1',
      'X-Forwarded-Proto',
      proto,
      'X-Forwarded-Host',
      host,
    ];
    expect(asked(raw)).toEqual(client('192.0.2.1', expected));
  });

  it('takes protocol and host of the proxy that has the client, where each has added its own', () => {
    const raw = [
      ['X-Forwarded-For', '6.6.6.6, 192.0.2.1, 10.0.0.9'],
      ['X-Forwarded-Proto', 'http, https, http'],
      ['X-Forwarded-Host', 'evil, example.com, inner'],
    ].flat();
    expect(asked(raw)).toEqual(client('192.0.2.1', { secure: true, host: 'example.com' }));
  });

  it.each<[string, string[], ProxyTrust['header']]>([
    ['an address', ['X-Forwarded-For', '192.0.2.1, nonsense'], 'x-forwarded'],
    ['an empty address', ['X-Forwarded-For', ''], 'x-forwarded'],
    ['a protocol', ['X-Forwarded-Proto', 'gopher'], 'x-forwarded'],
    ['a host', ['X-Forwarded-Host', 'a/b'], 'x-forwarded'],
    ['Forwarded', ['Forwarded', 'for'], 'forwarded'],
    ['Forwarded, by what the client began', ['Forwarded', 'for="', 'Forwarded', 'for="[::1]"'], 'forwarded'],
    ['an address in Forwarded', ['Forwarded', 'for=nonsense'], 'forwarded'],
  ])('refuses with 400 what a trusted proxy has written of %s', (_, raw, header) => {
    expect(asked(raw, header)).toMatchObject({ ok: false, status: 400 });
  });

  it('gives the same whatever the client puts in front of what its proxy has written', () => {
    const invented = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary-ascii' })));
    fc.assert(
      fc.property(invented, fc.ipV4(), (list, last) => {
        fc.pre(!ours(last));
        const value = [...list.map((text) => text.replaceAll(/[\r\n\0]/g, '')), last].join(',');
        expect(asked(['X-Forwarded-For', value])).toEqual(client(last));
        expect(asked(['X-Forwarded-For', value], 'x-forwarded', hops(1))).toEqual(client(last));
      }),
    );
  });

  it('never throws, and never takes an address that is none', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 1, max: 4 }), (address, proto, forwarded, count) => {
        const raw = ['X-Forwarded-For', address, 'X-Forwarded-Proto', proto, 'Forwarded', forwarded];
        for (const header of ['x-forwarded', 'forwarded'] as const) {
          const result = asked(raw, header, hops(count));
          if (result !== undefined && 'address' in result && result.address !== undefined) {
            expect(typeof parseNode(result.address)).toBe('string');
          }
        }
      }),
    );
  });
});
