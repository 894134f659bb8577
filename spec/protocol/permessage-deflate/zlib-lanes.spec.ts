import fc from 'fast-check';
import '../../support/seed.js';
import { type Turn, ZlibLanes } from '../../../src/protocol/permessage-deflate/zlib-lanes.js';

type Step = { readonly leave: number } | 'enter';

const steps = fc.array(fc.oneof(fc.constant<Step>('enter'), fc.record({ leave: fc.nat() })), {
  maxLength: 60,
});

describe('ZlibLanes', () => {
  it('starts turns in the order they came, never more than its bound, and no lane idle while one waits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps, (most, sequence) => {
        const lanes = new ZlibLanes(most);
        const started: number[] = [];
        const present: { readonly id: number; readonly turn: Turn }[] = [];
        const gone = new Set<number>();
        for (const [id, step] of sequence.entries()) {
          if (step === 'enter') {
            const turn = { start: () => started.push(id) };
            present.push({ id, turn });
            lanes.enter(turn);
          } else if (present.length > 0) {
            const [left] = present.splice(step.leave % present.length, 1);
            if (!started.includes(left!.id)) gone.add(left!.id);
            lanes.leave(left!.turn);
          }
          expect(lanes.busy).toBe(Math.min(most, present.length));
          expect(lanes.busy + lanes.waiting).toBe(present.length);
        }
        expect(started).toEqual([...started].sort((a, b) => a - b));
        expect(new Set(started).size).toBe(started.length);
        expect(started.filter((id) => gone.has(id))).toEqual([]);
      }),
    );
  });

  it('is in order when turns come and go inside of a start', () => {
    const lanes = new ZlibLanes(1);
    const started: string[] = [];
    const short = (name: string): Turn => {
      const turn = {
        start: () => {
          started.push(name);
          lanes.leave(turn);
        },
      };
      return turn;
    };
    const first: Turn = { start: () => started.push('first') };
    lanes.enter(first);
    for (const name of ['second', 'third', 'fourth']) lanes.enter(short(name));
    lanes.leave(first);
    expect(started).toEqual(['first', 'second', 'third', 'fourth']);
    expect([lanes.busy, lanes.waiting]).toEqual([0, 0]);
  });

  it('makes nothing of a turn that leaves twice', () => {
    const lanes = new ZlibLanes(1);
    const [a, b, c] = [1, 2, 3].map((): Turn => ({ start: () => {} }));
    for (const turn of [a!, b!, c!]) lanes.enter(turn);
    lanes.leave(a!);
    lanes.leave(a!);
    expect([lanes.busy, lanes.waiting]).toEqual([1, 1]);
  });

  it('has four lanes by itself, and as many as it is told', () => {
    for (const [lanes, most] of [
      [new ZlibLanes(), 4],
      [new ZlibLanes(1), 1],
      [new ZlibLanes(Infinity), 50],
    ] as const) {
      for (let i = 0; i < 50; i++) lanes.enter({ start: () => {} });
      expect(lanes.busy).toBe(most);
    }
  });

  it.each([0, -1, 1.5, NaN, -Infinity])('refuses %d lanes', (most) => {
    expect(() => new ZlibLanes(most)).toThrow(RangeError);
    expect(() => new ZlibLanes(most)).toThrow(`is ${most}, expected an integer of at least 1, or Infinity`);
  });
});
