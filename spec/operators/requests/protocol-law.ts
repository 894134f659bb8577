import fc from 'fast-check';
import type { CallProtocol } from '../../../src/index.js';

const ids = fc.oneof(fc.integer(), fc.string());
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What both sides of a protocol keep to. */
export function keepsTheProtocol<Request>(
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
