import fc from 'fast-check';
import { envelopes } from '../../../src/index.js';
import '../../support/seed.js';
import { keepsTheProtocol } from './protocol-law.js';

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
