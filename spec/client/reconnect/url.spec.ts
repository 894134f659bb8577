import { switchMap, throwError } from 'rxjs';
import { connect, reconnect } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { Dialing } from '../../support/dialing.js';
import { watchResources } from '../../support/harness.js';
import { DOWN } from './watched.js';

watchResources();

describe('the URL of each attempt', () => {
  it('is asked for anew', () => {
    const dialing = new Dialing(() => DOWN);
    let asked = 0;
    const connections = collect(
      connect(() => {
        asked++;
        return throwError(() => DOWN);
      }).pipe(reconnect({ scheduler: dialing.time, maxAttempts: 5 })),
    );
    dialing.time.pass(600_000);
    expect([asked, connections.error]).toEqual([5, DOWN]);
  });

  it('ends it when the function throws what is no error of the network', () => {
    const connections = collect(
      connect(() => {
        throw new TypeError('no token');
      }).pipe(
        reconnect(),
        switchMap((connection) => connection.messages$),
      ),
    );
    expect(connections.error).toMatchObject({ message: 'no token' });
  });
});
