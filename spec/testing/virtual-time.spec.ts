import fc from 'fast-check';
import { debounceTime, interval, Subject, take, timer } from 'rxjs';
import { VirtualTime } from 'rxwire/testing';
import '../support/seed.js';

describe('VirtualTime', () => {
  it('runs what becomes due in the order of its times, and of planning at the same time, at its own time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 30 }), fc.array(fc.nat(20)), (delays, passes) => {
        const time = new VirtualTime();
        const ran: [index: number, at: number][] = [];
        delays.forEach((delay, index) => time.schedule(() => ran.push([index, time.now()]), delay));
        const end = passes.reduce((sum, ms) => sum + ms, 0);
        for (const ms of passes) time.pass(ms);
        const due = delays
          .map((delay, index): [number, number] => [index, delay])
          .filter(([, at]) => at <= end);
        const wanted = end === 0 && passes.length === 0 ? [] : due.sort(([a, x], [b, y]) => x - y || a - b);
        expect(ran).toEqual(wanted);
        expect(time.pending).toBe(delays.length - ran.length);
        expect(time.now()).toBe(end);
      }),
    );
  });

  it('runs what a task plans for the same moment in the same call', () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    time.schedule(() => {
      ran.push('first');
      time.schedule(() => ran.push('second'));
    });
    expect(ran).toEqual([]);
    time.settle();
    expect(ran).toEqual(['first', 'second']);
    expect(time.now()).toBe(0);
  });

  it('runs late what a jump goes over', () => {
    const time = new VirtualTime({ startMs: 100 });
    const at: number[] = [];
    time.schedule(() => at.push(time.now()), 10);
    time.schedule(() => at.push(time.now()), 20);
    time.jump(50);
    expect(at).toEqual([150, 150]);
  });

  it('forgets what was unsubscribed, and never runs what is planned for never', () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    const planned = time.schedule(() => ran.push('taken back'), 10);
    time.schedule(() => ran.push('never'), Infinity);
    time.schedule(() => planned.unsubscribe(), 5);
    expect(time.pending).toBe(2);
    time.pass(1000);
    expect([ran, time.pending]).toEqual([[], 0]);
  });

  it('hands the state on, and lets work plan itself again, once', () => {
    const time = new VirtualTime();
    const seen: (number | undefined)[] = [];
    time.schedule<number>(
      function (state = 0) {
        seen.push(state);
        if (state < 3) this.schedule(state + 1, 10);
        if (state < 3) this.schedule(state + 1, 20);
      },
      10,
      1,
    );
    time.pass(29);
    expect(seen).toEqual([1]);
    time.pass(1);
    expect(seen).toEqual([1, 2]);
    time.pass(100);
    expect(seen).toEqual([1, 2, 3]);
    expect(time.pending).toBe(0);
  });

  it('is a scheduler for operators of rxjs', () => {
    const time = new VirtualTime();
    const seen: unknown[] = [];
    interval(100, time)
      .pipe(take(3))
      .subscribe((value) => seen.push([time.now(), value]));
    const typed = new Subject<string>();
    typed.pipe(debounceTime(50, time)).subscribe((value) => seen.push([time.now(), value]));
    timer(120, time).subscribe(() => typed.next('a'));
    timer(140, time).subscribe(() => typed.next('b'));
    time.pass(1000);
    expect(seen).toEqual([
      [100, 0],
      [190, 'b'],
      [200, 1],
      [300, 2],
    ]);
    expect(time.pending).toBe(0);
  });

  it('throws what a task throws, and goes on behind it', () => {
    const time = new VirtualTime();
    const ran: string[] = [];
    time.schedule(() => {
      throw new Error('of the task');
    });
    time.schedule(() => ran.push('next'));
    expect(() => time.settle()).toThrow('of the task');
    time.settle();
    expect(ran).toEqual(['next']);
  });

  it('ends a loop that time does not get out of', () => {
    const time = new VirtualTime({ maxTasks: 100 });
    const again = (): void => void time.schedule(again);
    again();
    expect(() => time.pass(1)).toThrow('100 tasks ran at 0 ms, and it does not come to rest');
  });

  it('does not count tasks at different times as a loop', () => {
    const time = new VirtualTime({ maxTasks: 10 });
    let count = 0;
    interval(1, time)
      .pipe(take(1000))
      .subscribe(() => count++);
    time.pass(1000);
    expect(count).toBe(1000);
  });

  it.each([-1, NaN, Infinity])('does not pass by %s ms', (ms) => {
    const time = new VirtualTime();
    expect(() => time.pass(ms)).toThrow(RangeError);
    expect(() => time.jump(ms)).toThrow(RangeError);
  });
});
