import fc from 'fast-check';
import '../../support/seed.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { judgeVersion, parseVersion, SUPPORTED_VERSIONS } from '../../../src/protocol/handshake/versions.js';

function judge(values: readonly string[], versions: readonly number[] = SUPPORTED_VERSIONS) {
  const raw = values.flatMap((value) => ['Sec-WebSocket-Version', value]);
  return judgeVersion(new HeaderFields(raw), versions);
}

describe('parseVersion', () => {
  it('reads back every version that the grammar has', () => {
    const all = Array.from({ length: 256 }, (_, version) => version);
    expect(all.map(String).map(parseVersion)).toEqual(all);
  });

  it.each([
    '',
    '256',
    '999',
    '1300',
    '013',
    '08',
    '00',
    '1e1+3',
    '0xD',
    '+13',
    '-0',
    '13.0',
    '13, 8',
    ' 13',
    '١٣',
  ])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

describe('judgeVersion', () => {
  it('accepts 13 and 8', () => {
    expect(judge(['13'])).toBe(13);
    expect(judge(['8'])).toBe(8);
  });

  it.each([
    [426, []],
    [426, ['12']],
    [426, ['0']],
    [426, ['255']],
    [400, ['256']],
    [400, ['']],
    [400, ['013']],
    [400, ['1e1+3']],
    [400, ['13, 8']],
    [400, ['13', '8']],
    [400, ['13', '13']],
  ])('answers with %d, and the versions that would do, to %j', (status, values) => {
    const refusal = judge(values);
    expect(refusal).toMatchObject({ ok: false, status });
    expect(refusal).toHaveProperty('headers', expect.arrayContaining([['Sec-WebSocket-Version', '13, 8']]));
  });

  it('accepts only what the server accepts', () => {
    expect(judge(['8'], [13])).toMatchObject({
      status: 426,
      headers: [
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
      ],
    });
    expect(judge(['8'], [8])).toBe(8);
  });

  it('accepts no version that this library does not speak, though the server lists it', () => {
    expect(judge(['7'], [13, 7])).toMatchObject({ status: 426 });
  });

  it('accepts no text but the two numbers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6 }), (text) => {
        fc.pre(text !== '13' && text !== '8');
        expect(typeof judge([text])).toBe('object');
      }),
    );
  });
});
