import fc from 'fast-check';
import { jsonRpc, type JsonRpcCall } from '../../../src/index.js';
import '../../support/seed.js';
import { keepsTheProtocol } from './protocol-law.js';

describe('jsonRpc', () => {
  const params = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
  const calls: fc.Arbitrary<JsonRpcCall> = fc.oneof(
    fc.record({ method: fc.string() }),
    fc.record({ method: fc.string(), params }),
  );
  keepsTheProtocol(jsonRpc(), calls);

  it('writes what the specification shows', () => {
    const { writeRequest, writeReply, failure } = jsonRpc();
    const call = { method: 'subtract', params: [42, 23] };
    expect(writeRequest(1, call)).toEqual({ jsonrpc: '2.0', id: 1, method: 'subtract', params: [42, 23] });
    expect(writeRequest(undefined, { method: 'update' })).toEqual({ jsonrpc: '2.0', method: 'update' });
    expect(writeReply({ kind: 'value', id: 1, value: 19 })).toEqual({ jsonrpc: '2.0', id: 1, result: 19 });
    expect(writeReply({ kind: 'value', id: 1, value: undefined })).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: null,
    });
    expect(writeReply({ kind: 'end', id: 1 })).toEqual({ jsonrpc: '2.0', id: 1, result: null });
    const error = { code: -32603, message: 'Internal error' };
    expect(writeReply({ kind: 'error', id: 1, error: failure('internal') })).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error,
    });
    expect(writeReply({ kind: 'error', id: 1, error: 'mine' })).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32000, message: 'Server error', data: 'mine' },
    });
  });

  it('takes a null error beside a result for none', () => {
    const answered = { jsonrpc: '2.0', id: 1, result: 5, error: null };
    expect(jsonRpc().readReply(answered)).toEqual({ kind: 'value', id: 1, value: 5 });
  });

  it.each<[unknown, unknown]>([
    [1, null],
    [[], null],
    [{ jsonrpc: '2.0', method: 1, params: 'bar' }, null],
    [{ jsonrpc: '2.0', method: 'a', params: 'bar', id: 7 }, 7],
    [{ jsonrpc: '1.0', method: 'a', id: '7' }, '7'],
    [{ jsonrpc: '2.0', method: 'a', id: null }, null],
  ])('answers %j as an invalid request', (message, id) => {
    const reply = { jsonrpc: '2.0', id, error: { code: -32600, message: 'Invalid Request' } };
    expect(jsonRpc().readRequest(message)).toEqual({ kind: 'invalid', reply });
    expect(jsonRpc().readRequest(reply)).toBeUndefined();
  });
});
