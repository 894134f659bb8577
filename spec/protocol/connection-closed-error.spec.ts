import type { CloseInfo } from '../../src/protocol/closing-handshake.js';
import { ConnectionClosedError, describeClose } from '../../src/protocol/connection-closed-error.js';
import { WebSocketError } from '../../src/protocol/errors.js';

const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false, initiator: 'transport' };
const GOING = { code: 1001, reason: 'bye' };
const EMPTY = { code: 1005, reason: '' };

describe('describeClose', () => {
  it.each<[string, Partial<CloseInfo>]>([
    ['connection closed: no Close frame was sent or received', {}],
    ['connection closed: no Close frame was sent or received; reset', { cause: new Error('reset') }],
    ['connection closed: sent 1001 (bye)', { sent: GOING, initiator: 'local' }],
    ['connection closed: received a Close frame without a code', { received: EMPTY, initiator: 'remote' }],
    [
      'connection closed: sent 1001 (bye); then received 1000',
      { sent: GOING, received: { code: 1000, reason: '' }, initiator: 'local' },
    ],
    [
      'connection closed: received 1001 (bye); then sent 1001 (bye); late',
      { sent: GOING, received: GOING, initiator: 'remote', cause: new Error('late') },
    ],
  ])('says %j', (words, info) => {
    expect(describeClose({ ...LOST, ...info })).toBe(words);
  });
});

describe('ConnectionClosedError', () => {
  it('says how the connection ended, in words and as a value', () => {
    const cause = new Error('reset');
    const info = { ...LOST, cause };
    const error = new ConnectionClosedError(info);
    expect(error).toMatchObject({
      name: 'ConnectionClosedError',
      code: 'RXWIRE_CONNECTION_CLOSED',
      info,
      cause,
    });
    expect(error.message).toBe(describeClose(info));
    expect(error instanceof WebSocketError).toBe(true);
  });

  it('takes another text', () => {
    const error = new ConnectionClosedError(LOST, 'it is over');
    expect(error.message).toBe('it is over');
    expect('cause' in error).toBe(false);
  });
});
