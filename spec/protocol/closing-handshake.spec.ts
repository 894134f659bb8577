import { NO_STATUS } from '../../src/protocol/close-status.js';
import { ClosingHandshake, type CloseReply } from '../../src/protocol/closing-handshake.js';

const OURS = { code: 1001, reason: 'ours' };
const THEIRS = { code: 4000, reason: 'theirs' };
const FAULT = { code: 1002, reason: '' };
const cause = new Error('the cause');
const lost = new Error('lost');

type Step =
  | 'close'
  | 'fail'
  | 'fail by transport'
  | 'receive'
  | 'receive, reply normal'
  | 'receive 1005'
  | 'abandon'
  | 'lost';

/** Takes one step, and tells what is to be sent then. */
function step(handshake: ClosingHandshake, what: Step): unknown {
  const receive = (reply: CloseReply): unknown => handshake.receive(THEIRS, reply);
  switch (what) {
    case 'close':
      return handshake.close(OURS);
    case 'fail':
      return handshake.fail(FAULT, cause);
    case 'fail by transport':
      return handshake.fail(FAULT, cause, 'transport');
    case 'receive':
      return receive('echo');
    case 'receive, reply normal':
      return receive('normal');
    case 'receive 1005':
      return handshake.receive(NO_STATUS, 'normal');
    case 'abandon':
      handshake.abandon();
      return undefined;
    case 'lost':
      handshake.lost(lost);
      return undefined;
  }
}

const NORMAL = { code: 1000, reason: '' };
const NONE = { code: 1006, reason: '' };

/** Steps, what each tells to send, and how the connection ended. */
const TABLE: readonly (readonly [readonly Step[], readonly unknown[], object])[] = [
  [[], [], { ...NONE, wasClean: false, initiator: 'transport' }],
  [['lost'], [undefined], { ...NONE, wasClean: false, initiator: 'transport', cause: lost }],
  [['close'], [OURS], { ...NONE, wasClean: false, initiator: 'local', sent: OURS }],
  [['close', 'close'], [OURS, undefined], { ...NONE, wasClean: false, initiator: 'local', sent: OURS }],
  [
    ['close', 'receive'],
    [OURS, undefined],
    { ...THEIRS, wasClean: true, initiator: 'local', sent: OURS, received: THEIRS },
  ],
  [['receive'], [THEIRS], { ...THEIRS, wasClean: true, initiator: 'remote', sent: THEIRS, received: THEIRS }],
  [
    ['receive, reply normal'],
    [NORMAL],
    { ...THEIRS, wasClean: true, initiator: 'remote', sent: NORMAL, received: THEIRS },
  ],
  [
    ['receive 1005'],
    [NO_STATUS],
    { ...NO_STATUS, wasClean: true, initiator: 'remote', sent: NO_STATUS, received: NO_STATUS },
  ],
  [
    ['receive', 'receive', 'close'],
    [THEIRS, undefined, undefined],
    { ...THEIRS, wasClean: true, initiator: 'remote', sent: THEIRS, received: THEIRS },
  ],
  [['fail'], [FAULT], { ...NONE, wasClean: false, initiator: 'local', sent: FAULT, cause }],
  [['fail by transport'], [FAULT], { ...NONE, wasClean: false, initiator: 'transport', sent: FAULT, cause }],
  [
    ['fail', 'receive'],
    [FAULT, undefined],
    { ...THEIRS, wasClean: true, initiator: 'local', sent: FAULT, received: THEIRS, cause },
  ],
  [['close', 'fail'], [OURS, undefined], { ...NONE, wasClean: false, initiator: 'local', sent: OURS, cause }],
  [
    ['receive', 'fail'],
    [THEIRS, undefined],
    { ...THEIRS, wasClean: true, initiator: 'remote', sent: THEIRS, received: THEIRS, cause },
  ],
  [['abandon'], [undefined], { ...NONE, wasClean: false, initiator: 'local' }],
  [
    ['abandon', 'fail'],
    [undefined, FAULT],
    { ...NONE, wasClean: false, initiator: 'local', sent: FAULT, cause },
  ],
  [
    ['close', 'lost'],
    [OURS, undefined],
    { ...NONE, wasClean: false, initiator: 'local', sent: OURS, cause: lost },
  ],
  [
    ['receive', 'lost'],
    [THEIRS, undefined],
    { ...THEIRS, wasClean: true, initiator: 'remote', sent: THEIRS, received: THEIRS },
  ],
  [
    ['fail', 'lost'],
    [FAULT, undefined],
    { ...NONE, wasClean: false, initiator: 'local', sent: FAULT, cause },
  ],
];

describe('ClosingHandshake', () => {
  it.each(TABLE)('%j sends %j and ends as %j', (steps, sent, info) => {
    const handshake = new ClosingHandshake();
    expect(handshake.state).toBe('open');
    expect(steps.map((what) => step(handshake, what))).toEqual(sent);
    expect(handshake.state).toBe(steps.length === 0 ? 'open' : 'closing');
    expect(handshake.end()).toEqual(info);
    expect(handshake.state).toBe('closed');
  });

  it('is complete when both Close frames are exchanged', () => {
    const handshake = new ClosingHandshake();
    handshake.close(OURS);
    expect(handshake).toMatchObject({ complete: false, sent: OURS, received: undefined });
    handshake.receive(THEIRS, 'echo');
    expect(handshake).toMatchObject({ complete: true, sent: OURS, received: THEIRS });
  });

  it('has no key for what did not happen', () => {
    expect(Object.keys(new ClosingHandshake().end())).toEqual(['code', 'reason', 'wasClean', 'initiator']);
  });

  it('keeps the first of several causes', () => {
    const handshake = new ClosingHandshake();
    handshake.lost(lost);
    expect(handshake.end(cause).cause).toBe(lost);
  });

  it('takes a cause with its end, unless the handshake is complete', () => {
    expect(new ClosingHandshake().end(cause).cause).toBe(cause);
    const complete = new ClosingHandshake();
    complete.receive(THEIRS, 'echo');
    expect(complete.end(cause).cause).toBeUndefined();
  });

  it('sends nothing after its end', () => {
    const handshake = new ClosingHandshake();
    handshake.end();
    const steps: Step[] = ['close', 'fail', 'receive', 'receive 1005', 'abandon', 'lost'];
    for (const what of steps) expect(step(handshake, what)).toBeUndefined();
    expect(handshake).toMatchObject({ state: 'closed', sent: undefined, received: undefined });
  });
});
