import { Subject } from 'rxjs';
import { type ReconnectOptions } from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { busy, watch } from './watched.js';

watchResources();

describe('the Retry-After of a server', () => {
  const waits = (headers: { readonly [name: string]: string }, options: ReconnectOptions = {}): string => {
    const { dialing, states } = watch(() => busy(headers), options);
    dialing.time.pass(10);
    return states()[1]!;
  };

  it('comes on top of the delay', () => {
    expect(waits({ 'retry-after': '7' })).toBe('waiting 2 8000');
  });

  it('may be a date', () => {
    const headers = {
      date: 'Sun, 06 Nov 1994 08:49:37 GMT',
      'retry-after': 'Sun, 06 Nov 1994 08:49:57 GMT',
    };
    expect(waits(headers)).toBe('waiting 2 21000');
    // By the clock that is there, which began in 1970 a moment ago.
    expect(waits({ 'retry-after': 'Thu, 01 Jan 1970 00:00:02 GMT' })).toBe('waiting 2 2990');
  });

  it('is bounded, and can be ignored', () => {
    expect(waits({ 'retry-after': '99999999999999999999' })).toBe('waiting 2 301000');
    expect(waits({ 'retry-after': '7' }, { maxRetryAfterMs: 3000 })).toBe('waiting 2 4000');
    expect(waits({ 'retry-after': '7' }, { maxRetryAfterMs: 0 })).toBe('waiting 2 1000');
  });

  it('says nothing where classify knows how long', () => {
    expect(waits({ 'retry-after': '7' }, { classify: () => 5 })).toBe('waiting 2 5');
  });

  it('holds when the network comes back meanwhile', () => {
    const online = new Subject<boolean>();
    const { dialing, states } = watch(() => busy({ 'retry-after': '7' }), { online });
    dialing.time.pass(1010);
    online.next(false);
    online.next(true);
    expect(states().slice(1)).toEqual(['waiting 2 8000', 'waiting 2 Infinity', 'waiting 2 6000']);
  });
});
