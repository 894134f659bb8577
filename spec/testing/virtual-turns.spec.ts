import { asapScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { VirtualTime } from 'rxwire/testing';
import { hopOf, turnsOf } from '../../src/testing/virtual-turns.js';

/** Asks for hops of every kind, from within hops too, and notes in what order they come. */
function ask(turns: ReturnType<typeof turnsOf>, ran: string[]): void {
  turns.nextTurn(() => {
    ran.push('next 1');
    turns.endOfTurn((name) => ran.push(name), 'end 2');
    turns.soon(() => ran.push('soon 2'));
  });
  turns.nextTurn(() => ran.push('next 2'));
  turns.endOfTurn((name) => {
    ran.push(name);
    turns.soon(() => ran.push('soon 1b'));
  }, 'end 1');
  turns.soon(() => ran.push('soon 1'));
}

const IN_NODE = ['soon 1', 'end 1', 'soon 1b', 'next 1', 'soon 2', 'end 2', 'next 2'];

describe('turnsOf', () => {
  it('takes hops in the order of an event loop, on virtual time', () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    ask(turnsOf(time), ran);
    expect(ran).toEqual([]);
    time.settle();
    expect(ran).toEqual(IN_NODE);
    expect(time.pending).toBe(0);
  });

  it('does so on a TestScheduler', () => {
    const scheduler = new TestScheduler(() => undefined);
    const ran: string[] = [];
    ask(turnsOf(scheduler), ran);
    scheduler.flush();
    expect(ran).toEqual(IN_NODE);
  });

  it('is one for each scheduler', () => {
    const time = new VirtualTime();
    expect(turnsOf(time)).toBe(turnsOf(time));
    expect(turnsOf(time)).not.toBe(turnsOf(asapScheduler));
  });

  it('goes on behind a hop that throws', () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    const turns = turnsOf(time);
    turns.soon(() => {
      throw new Error('of the hop');
    });
    turns.soon(() => ran.push('next'));
    expect(() => time.settle()).toThrow('of the hop');
    time.settle();
    expect(ran).toEqual(['next']);
  });

  it('leaves hops between the sides of a pair to Node where there is no scheduler', () => {
    expect(hopOf(undefined)).toBeUndefined();
  });
});
