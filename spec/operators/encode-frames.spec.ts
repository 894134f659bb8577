import { of } from 'rxjs';
import { encodeFrames, type EncodeOptions } from '../../src/operators/index.js';
import { makeFrame, Opcode } from '../../src/protocol/index.js';
import { hex } from '../support/hex.js';
import { firehose, keepsTheContract } from '../support/operator-contract.js';

const inputs = {
  a: makeFrame(Opcode.text, 'a'),
  b: makeFrame(Opcode.ping),
  c: makeFrame(Opcode.continuation, 'c', { fin: false }),
};

function encoded(options: EncodeOptions): Buffer {
  let bytes = Buffer.alloc(0);
  of(inputs.a, inputs.b)
    .pipe(encodeFrames(options))
    .subscribe((chunk) => (bytes = Buffer.concat([bytes, chunk])));
  return bytes;
}

describe('encodeFrames', () => {
  describe('of a server', () => {
    const outputs = { a: hex('810161'), b: hex('8900'), c: hex('000163') };
    keepsTheContract({ operator: () => encodeFrames({ role: 'server' }), inputs, outputs });
  });

  describe('of a client', () => {
    const maskingKey = (): Uint8Array => hex('01020304');
    const outputs = { a: hex('8181 01020304 60'), b: hex('8980 01020304'), c: hex('0081 01020304 62') };
    keepsTheContract({ operator: () => encodeFrames({ role: 'client', maskingKey }), inputs, outputs });
  });

  it('masks the frames of a client with a key for each', () => {
    const bytes = encoded({ role: 'client' });
    expect(bytes).toHaveLength(2 + 4 + 1 + 2 + 4);
    const [first, second] = [bytes.subarray(2, 6), bytes.subarray(9, 13)];
    expect(first.equals(second)).toBe(false);
    expect(bytes[6]! ^ first[0]!).toBe(0x61);
  });

  it('masks or does not, against the role, for tests', () => {
    expect(encoded({ role: 'client', maskFrames: false })).toEqual(Buffer.from(hex('810161 8900')));
    const maskingKey = (): Uint8Array => hex('00000000');
    const masked = encoded({ role: 'server', maskFrames: true, maskingKey });
    expect(masked).toEqual(Buffer.from(hex('8181 00000000 61 8980 00000000')));
  });

  it('changes no payload', () => {
    const payload = hex('616263');
    of(makeFrame(Opcode.binary, payload))
      .pipe(encodeFrames({ role: 'client' }))
      .subscribe();
    expect(payload).toEqual(hex('616263'));
  });

  it.each<[string, () => Uint8Array, unknown]>([
    [
      'throws',
      () => {
        throw 'thrown';
      },
      'thrown',
    ],
    [
      'gives a text',
      () => 'abcd' as never,
      new TypeError('maskingKey gave a value of type string, expected a Uint8Array'),
    ],
    [
      'gives nothing',
      () => undefined as never,
      new TypeError('maskingKey gave a value of type undefined, expected a Uint8Array'),
    ],
    ['gives too little', () => hex('010203'), new RangeError('maskingKey gave 3 bytes, expected 4')],
  ])('makes an error of a maskingKey that %s, and leaves the source', (_, maskingKey, wanted) => {
    const { source, emitted } = firehose(inputs.a, 1000);
    let error: unknown;
    source
      .pipe(encodeFrames({ role: 'client', maskingKey }))
      .subscribe({ error: (thrown: unknown) => (error = thrown) });
    expect(error).toEqual(wanted);
    expect(emitted()).toBe(1);
  });
});
