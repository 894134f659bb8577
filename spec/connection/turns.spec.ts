import { nodeTurns } from '../../src/connection/turns.js';
import { turns } from '../support/turns.js';

describe('the end of a turn', () => {
  it('runs all that is due, in order, and what becomes due meanwhile', async () => {
    const done: number[] = [];
    const run = (n: number): void => {
      done.push(n);
      if (n === 1) nodeTurns.endOfTurn(run, 3);
    };
    nodeTurns.endOfTurn(run, 1);
    nodeTurns.endOfTurn(run, 2);
    expect(done).toEqual([]);
    await turns(1);
    expect(done).toEqual([1, 2, 3]);
  });

  it('goes on behind one that throws', async () => {
    const done: string[] = [];
    // The runner would take it for a failure of the spec.
    const runners = hostProcess.listeners('uncaughtException');
    hostProcess.removeAllListeners('uncaughtException');
    const thrown = new Promise((resolve) => hostProcess.once('uncaughtException', resolve));
    const bad = new Error('a task');
    const run = (what: string): void => {
      if (what === 'bad') throw bad;
      done.push(what);
    };
    for (const what of ['first', 'bad', 'last']) nodeTurns.endOfTurn(run, what);
    const error = await thrown;
    for (const runner of runners) hostProcess.on('uncaughtException', runner as (error: Error) => void);
    expect(error).toBe(bad);
    await turns(1);
    expect(done).toEqual(['first', 'last']);
  });
});
