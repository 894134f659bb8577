import { concat, exhaustMap, NEVER, of } from 'rxjs';
import { dropNewest } from '../../../src/operators/index.js';
import { marbles } from '../../support/operator-contract.js';
import { follows } from './courses.js';

describe('dropNewest', () => {
  it('holds the first ones, and drops those for which there is no room', () => {
    follows((gate, onDrop) => dropNewest(gate, { maxMessages: 2, onDrop }), {
      gate: '   t-f---------t---',
      source: ' -a-b-c-d-e------f',
      subs: '   ^----------------',
      passed: ' -a----------(bc)f',
      dropped: '-------d-e-------',
    });
  });

  it('holds nothing with a bound of 0', () => {
    follows((gate, onDrop) => dropNewest(gate, { maxMessages: 0, onDrop }), {
      gate: '   t-f--t--',
      source: ' -a-b---c-',
      subs: '   ^--------',
      passed: ' -a-----c-',
      dropped: '---b------',
    });
  });

  it('is exhaustMap, with work and a bound of 0', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const source = hot('-ab---c-d-|');
      const work = (): ReturnType<typeof cold<string>> => cold('--x|');
      const expected = '          ---x----x-|';
      expectObservable(source.pipe(exhaustMap(work))).toBe(expected);
      expectObservable(source.pipe(dropNewest(work, { maxMessages: 0 }))).toBe(expected);
    });
  });

  it('holds 1024 values by default', () => {
    let dropped = 0;
    const source = concat(of(...Array.from({ length: 1030 }, (_, i) => i)), NEVER);
    const left = source.pipe(dropNewest(NEVER, { onDrop: () => dropped++ })).subscribe();
    expect(dropped).toBe(6);
    left.unsubscribe();
  });

  it('makes an error of what onDrop throws', () => {
    const bad = new Error('onDrop');
    let error: unknown;
    const onDrop = (): never => {
      throw bad;
    };
    of('a')
      .pipe(dropNewest(NEVER, { maxMessages: 0, onDrop }))
      .subscribe({ error: (given: unknown) => (error = given) });
    expect(error).toBe(bad);
  });
});
