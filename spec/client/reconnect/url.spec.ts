import { switchMap, throwError } from 'rxjs';
import { connect, reconnect } from '../../../src/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
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

  it('is asked for again when the function gives none in time', () => {
    const scheduler = new VirtualTime();
    let asked = 0;
    const never = (): Promise<string> => {
      asked++;
      return new Promise(() => undefined);
    };
    const connections = collect(
      connect(never, { scheduler, handshakeTimeoutMs: 1000 }).pipe(reconnect({ scheduler, maxAttempts: 3 })),
    );
    scheduler.pass(60_000);
    expect([asked, connections.error]).toMatchObject([3, { code: 'RXWIRE_HANDSHAKE_TIMEOUT' }]);
    expect(scheduler.pending).toBe(0);
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
