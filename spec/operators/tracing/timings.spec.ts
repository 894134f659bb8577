import { Timings } from '../../../src/operators/index.js';
import { VirtualTime } from 'rxwire/testing';

function started(): { clock: VirtualTime; timings: Timings } {
  const clock = new VirtualTime();
  return { clock, timings: new Timings({ scheduler: clock }) };
}

describe('Timings', () => {
  it('tells the time from one mark to another', () => {
    const { clock, timings } = started();
    timings.mark('received');
    clock.pass(12);
    timings.mark('answered');
    expect(timings.diff('received', 'answered')).toBe(12);
    expect(timings.diff('answered', 'received')).toBe(-12);
    expect(timings.diff('answered', 'answered')).toBe(0);
    expect(timings.format('received', 'answered')).toBe('12.0 ms');
  });

  it('has the last of several marks', () => {
    const { clock, timings } = started();
    const began = clock.now();
    timings.mark('received');
    expect(timings.at('received')).toBe(began);
    clock.pass(5);
    timings.mark('received');
    expect(timings.at('received')).toBe(began + 5);
  });

  it('says so when one has not happened', () => {
    const { timings } = started();
    timings.mark('received');
    expect(timings.at('answered')).toBeUndefined();
    expect(timings.diff('received', 'answered')).toBeUndefined();
    expect(timings.diff('answered', 'received')).toBeUndefined();
    expect(timings.format('received', 'answered')).toBe('n.a.');
  });

  it('takes the time of the machine unless told otherwise', () => {
    const timings = new Timings();
    const before = performance.now();
    timings.mark('now');
    const after = performance.now();
    expect(timings.at('now')).toBeGreaterThanOrEqual(before);
    expect(timings.at('now')).toBeLessThanOrEqual(after);
  });
});
