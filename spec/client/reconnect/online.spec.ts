import { BehaviorSubject, Subject } from 'rxjs';
import { opens } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DOWN, watch } from './watched.js';

watchResources();

describe('the option online', () => {
  it('holds the first attempt back, and begins at once when there is a network', () => {
    const online = new Subject<boolean>();
    const network = new BehaviorSubject(false);
    const offline = watch(() => opens, { online: network });
    offline.dialing.time.pass(600_000);
    network.next(true);
    offline.dialing.time.settle();
    expect(offline.states()).toEqual(['waiting 1 Infinity', 'waiting 1 0', 'connecting 1']);
    expect(offline.statuses[0]).toMatchObject({ cause: { code: 'RXWIRE_OFFLINE' } });
    const { dialing, states } = watch(() => opens, { online });
    expect(states()).toEqual(['connecting 1']);
    online.next(false);
    dialing.time.pass(100);
    // What is open, or on its way, is left alone: the network may know better.
    expect(states()).toEqual(['connecting 1', 'open']);
  });

  it('cuts a wait short, or stops it', () => {
    const online = new Subject<boolean>();
    const { dialing, states } = watch(() => DOWN, { online });
    dialing.time.pass(500);
    online.next(true);
    online.next(false);
    dialing.time.pass(600_000);
    expect(dialing.began).toEqual([0]);
    online.next(true);
    dialing.time.settle();
    expect(dialing.began).toEqual([0, 600_500]);
    expect(states()).toEqual([
      'connecting 1',
      'waiting 2 1000',
      'waiting 2 Infinity',
      'waiting 2 0',
      'connecting 2',
    ]);
  });

  it('is waited for when a connection is lost without a network', () => {
    const online = new Subject<boolean>();
    const { dialing, states } = watch(() => opens, { online });
    dialing.time.pass(10);
    online.next(false);
    dialing.pair.cut();
    dialing.time.pass(600_000);
    expect(states()).toEqual(['connecting 1', 'open', 'waiting 2 Infinity']);
    expect(dialing.time.pending).toBe(0);
    online.complete();
    dialing.time.pass(10);
    expect(dialing.pairs).toHaveLength(2);
  });

  it('ends it with its error', () => {
    const online = new Subject<boolean>();
    const { dialing, connections } = watch(() => opens, { online });
    dialing.time.pass(10);
    online.error('broken');
    dialing.time.pass(60_000);
    expect([connections.error, dialing.pair.client.state, dialing.current]).toEqual(['broken', 'closed', 0]);
  });

  it('is left when it is over', () => {
    const online = new Subject<boolean>();
    const { connections } = watch(() => opens, { online });
    connections.stop();
    expect(online.observed).toBe(false);
  });
});
