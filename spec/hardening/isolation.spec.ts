import { watchResources } from '../support/harness.js';
import { childProcesses } from './child.js';

watchResources();

const FAULT = 'a fault of the user';
const UNSUBSCRIBING = `1 errors occurred during unsubscription:\n1) Error: ${FAULT}`;

/** What came of one case. */
interface Outcome {
  readonly name: string;
  /** What became of the connection that fails: a close code, or whether it is open or was refused. */
  readonly state: number | 'open' | 'refused';
  readonly logged: readonly (readonly [string, string | undefined])[];
  /** What others were told who subscribed behind the one that fails. */
  readonly seen: Readonly<Record<'connections' | 'rejections' | 'topic' | 'changes', number>>;
  readonly uncaught: readonly string[];
}

/** What is the same whatever fails: the others go on, new ones are accepted, and the server closes. */
const UNTOUCHED = {
  before: true,
  after: true,
  accepted: true,
  // The two that are good: the one that failed has left.
  size: 2,
  code: 1001,
  completions: ['connections', 'rejections', 'topic', 'changes'],
};

const open = { state: 'open', logged: [] };
const closed = { state: 1000, logged: [] };
const failed = { state: 1011, logged: [['the handler failed, closing with 1011', FAULT]], uncaught: [] };
const refused = (text: string) => ({ state: 'refused', logged: [[text, FAULT]], uncaught: [] });
const once = { uncaught: [FAULT] };
const twice = { uncaught: [FAULT, FAULT] };

const EXPECTED: Readonly<Record<string, object>> = {
  'the handler throws': failed,
  'the handler rejects': failed,
  'what the handler returns cannot be sent from': { state: 1011, uncaught: [] },
  'the Observable of the handler errors': failed,
  'the generator of the handler throws': failed,
  'the Observable of the handler gives what cannot be sent': { state: 1011, uncaught: [] },
  'the Observable of the handler fails when it is let go': { ...closed, ...once },
  // rxjs rethrows what a subscriber throws, in a timer of its own; the subscriber stays, and gets the second message, too.
  'a subscriber of messages$ throws': { ...open, ...twice },
  // An error notification that nobody takes; it ends the operator, so that there is no second.
  'an operator on messages$ throws': { ...open, ...once },
  'a subscriber behind a Subject throws': { ...open, ...twice },
  'an asynchronous subscriber rejects': { ...open, ...twice },
  'a project of consume throws': { ...open, ...once },
  'a project of consume rejects': { ...open, ...once },
  'a loop over the messages throws': failed,
  'a subscriber of streams$ throws': { ...open, ...twice },
  'a subscriber of closed$ throws': { ...closed, ...once },
  'a subscriber of state$ throws': { ...closed, uncaught: [FAULT, FAULT, FAULT] },
  'a subscriber of frames$ throws': { ...open, ...twice },
  'a subscriber of bytes$ throws': { ...open },
  'a subscriber of sentFrames$ throws': { ...open, ...once },
  'a subscriber of writable$ throws': { ...open, ...once },
  'messages$ fails when it is let go': { ...closed, uncaught: [UNSUBSCRIBING] },
  'frames$ and bytes$ fail when they are let go': { ...closed, uncaught: [UNSUBSCRIBING, UNSUBSCRIBING] },
  'closed$ and state$ fail when they are let go': { ...closed, uncaught: [UNSUBSCRIBING, UNSUBSCRIBING] },
  'autoPong throws': { state: 1006, uncaught: [] },
  'the key of overflow throws': failed,
  'authorize throws': refused('authorize failed'),
  'authorize rejects': refused('authorize failed'),
  'selectSubprotocol throws': refused('the answer to an opening handshake could not be made'),
  'a subscriber of connections$ throws': {
    ...open,
    seen: { connections: 3, rejections: 0, topic: 0, changes: 0 },
    uncaught: [FAULT, FAULT, FAULT],
  },
  'connections$ fails when it is let go': { ...open, uncaught: [UNSUBSCRIBING] },
  'a subscriber of rejections$ throws': {
    state: 'refused',
    seen: { connections: 2, rejections: 1, topic: 0, changes: 0 },
    ...once,
  },
  'a subscriber of a topic throws': {
    ...open,
    seen: { connections: 3, rejections: 0, topic: 1, changes: 2 },
    ...once,
  },
  'a topic and its changes fail when they are let go': { ...open, uncaught: [UNSUBSCRIBING, UNSUBSCRIBING] },
  'a subscriber of changes$ throws': {
    ...open,
    seen: { connections: 3, rejections: 0, topic: 0, changes: 2 },
    ...twice,
  },
  'the socket is reset': { state: 1006, logged: [], uncaught: [] },
  'the peer breaks a rule': { state: 1006, uncaught: [] },
};

describe('what one connection has, or somebody who looks on, keeps nobody else from anything', () => {
  const outcomes = new Map<string, Outcome>();

  const run = childProcesses();

  beforeAll(async () => {
    const { code, stdout, stderr } = await run('isolation-child.cjs');
    expect([code, stderr]).toEqual([0, '']);
    for (const line of stdout.trim().split('\n')) {
      const outcome = JSON.parse(line) as Outcome;
      outcomes.set(outcome.name, outcome);
    }
  }, 120_000);

  it('has an outcome for each case', () => {
    expect([...outcomes.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s', (name, expected) => {
    expect(outcomes.get(name)).toMatchObject({ ...UNTOUCHED, ...expected });
  });
});
