import { CodecError, encodeValues, json } from '../../../src/index.js';
import { firehose, keepsTheContract, marbles } from '../../support/operator-contract.js';

const values = { a: 'A', b: { b: 1 }, c: null };
const messages = { a: '"A"', b: '{"b":1}', c: 'null' };
const error = new CodecError('json: undefined has no JSON', { codec: 'json', failure: 'encode' });

describe('encodeValues', () => {
  keepsTheContract({ operator: () => encodeValues(json()), inputs: values, outputs: messages });

  it('fails at a value that cannot be encoded, and leaves the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot<unknown>('-a-x-b-|', { ...values, x: undefined });
      const subs = '               ^--!';
      const expected = '           -a-#';
      expectObservable(source.pipe(encodeValues(json()))).toBe(expected, messages, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('makes a CodecError of what an encoder throws, and stops a synchronous source', () => {
    const encode = (): never => {
      throw 'thrown';
    };
    const { source, emitted } = firehose(1, 1000);
    let thrown: unknown;
    source.pipe(encodeValues({ name: 'toy', encode })).subscribe({ error: (e: unknown) => (thrown = e) });
    expect(thrown).toMatchObject({
      codec: 'toy',
      failure: 'encode',
      message: 'toy: the value cannot be encoded',
      cause: 'thrown',
    });
    expect(emitted()).toBe(1);
  });
});
