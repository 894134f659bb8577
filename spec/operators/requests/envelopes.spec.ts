import fc from 'fast-check';
import { type CallProtocol, envelopes, jsonRpc, type JsonRpcCall } from '../../../src/index.js';
import '../../support/seed.js';

const ids = fc.oneof(fc.integer(), fc.string());
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What both sides of a protocol keep to. */
function keepsTheProtocol<Request>(
  protocol: CallProtocol<Request, unknown>,
  requests: fc.Arbitrary<Request>,
): void {
  it('reads what it writes, and each side leaves what is the other side’s', () => {
    fc.assert(
      fc.property(ids, requests, fc.jsonValue(), (id, request, value) => {
        const asked = throughJson(protocol.writeRequest(id, request));
        expect(throughJson(protocol.readRequest(asked))).toEqual(
          throughJson({ kind: 'request', id, request }),
        );
        expect(protocol.readReply(asked)).toBeUndefined();
        const error = { code: 1, message: 'text', data: value };
        for (const part of [{ kind: 'value', id, value } as const, { kind: 'error', id, error } as const]) {
          const answered = throughJson(protocol.writeReply(part));
          expect(throughJson(protocol.readReply(answered))).toEqual(throughJson(part));
          expect(protocol.readRequest(answered)).toBeUndefined();
        }
      }),
    );
  });

  it('writes and reads requests that want no reply', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const asked = throughJson(protocol.writeRequest(undefined, request));
        expect(throughJson(protocol.readRequest(asked))).toEqual(throughJson({ kind: 'request', request }));
      }),
    );
  });

  it('bears any message', () => {
    const messages = fc.oneof(
      fc.anything(),
      fc.dictionary(
        fc.constantFrom(
          'id',
          'request',
          'reply',
          'error',
          'end',
          'cancel',
          'jsonrpc',
          'method',
          'params',
          'result',
        ),
        fc.oneof(fc.jsonValue(), fc.constantFrom('2.0', 1)),
      ),
    );
    fc.assert(
      fc.property(messages, (message) => {
        const [reply, request] = [protocol.readReply(message), protocol.readRequest(message)];
        // No message is both, and what is answered as invalid is nobody's reply.
        expect(reply === undefined || request === undefined).toBe(true);
      }),
    );
  });
}

describe('envelopes', () => {
  keepsTheProtocol(envelopes(), fc.jsonValue());
  const fields = { id: 'i', request: 'q', reply: 'r', error: 'e', end: '$', cancel: 'x' };
  describe('with other names', () => keepsTheProtocol(envelopes({ fields, many: true }), fc.jsonValue()));

  it('writes plain objects', () => {
    const { writeRequest, writeCancel, writeReply, failure } = envelopes();
    expect(writeRequest(1, 'a')).toEqual({ id: 1, request: 'a' });
    expect(writeRequest(undefined, 'a')).toEqual({ request: 'a' });
    expect(writeCancel?.(1)).toEqual({ id: 1, cancel: true });
    expect(writeReply({ kind: 'value', id: 1, value: 2 })).toEqual({ id: 1, reply: 2 });
    expect(writeReply({ kind: 'end', id: 1 })).toEqual({ id: 1, end: true });
    expect(writeReply({ kind: 'error', id: 1, error: failure('busy') })).toEqual({
      id: 1,
      error: 'too many requests',
    });
    expect(envelopes({ fields }).writeRequest(1, 'a')).toEqual({ i: 1, q: 'a' });
  });

  it('reads the end, the cancel, and a reply whose value JSON left out', () => {
    const { readReply, readRequest } = envelopes();
    expect(readReply({ id: 1, end: true })).toEqual({ kind: 'end', id: 1 });
    expect(readRequest({ id: 1, cancel: true })).toEqual({ kind: 'cancel', id: 1 });
    expect(readReply({ id: 1, cancel: true })).toBeUndefined();
    expect(readReply({ id: 1 })).toEqual({ kind: 'value', id: 1, value: undefined });
  });

  it.each([[null], [[]], ['text'], [{}], [{ id: null, reply: 1 }], [{ id: {}, reply: 1 }]])(
    'takes %j for no reply',
    (message) => {
      expect(envelopes().readReply(message)).toBeUndefined();
    },
  );

  it.each<[object, string]>([
    [{ field: {} }, 'unknown option field, did you mean fields?'],
    [{ fields: { ids: 'x' } }, 'unknown option fields.ids, did you mean fields.id?'],
    [{ fields: { id: 1 } }, 'option fields.id is 1, expected of type string'],
    [{ fields: { id: 'reply' } }, "option fields has two fields of one name, 'reply'"],
    [{ many: 1 }, 'option many is 1'],
  ])('refuses the options %j', (options, message) => {
    expect(() => envelopes(options)).toThrow(message);
  });
});

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
