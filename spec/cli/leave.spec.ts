import { jest } from '@jest/globals';
import { Subject } from 'rxjs';
import type { CloseInfo, Connection } from 'rxwire';
import { leave } from '../../src/cli/leave.js';

describe('leave', () => {
  const bytes$ = new Subject<Uint8Array>();
  const closed$ = new Subject<CloseInfo>();
  const close = jest.fn();
  const terminate = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers();
    jest.clearAllMocks();
    leave({ bytes$, closed$, close, terminate } as unknown as Connection, 4000, 'bye');
  });
  afterEach(() => {
    closed$.next({ code: 1000, reason: '', wasClean: true, initiator: 'local' });
    jest.useRealTimers();
  });

  it('closes, and gives up on a server that says nothing for ten seconds', () => {
    expect(close).toHaveBeenCalledWith(4000, 'bye');
    jest.advanceTimersByTime(9_999);
    expect(terminate).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(terminate).toHaveBeenCalledTimes(1);
  });

  it('waits as long as something comes', () => {
    for (let i = 0; i < 20; i++) {
      jest.advanceTimersByTime(9_000);
      bytes$.next(new Uint8Array());
    }
    expect(terminate).not.toHaveBeenCalled();
  });

  it('listens no more once the connection has closed', () => {
    closed$.next({ code: 1000, reason: '', wasClean: true, initiator: 'local' });
    jest.advanceTimersByTime(60_000);
    expect(terminate).not.toHaveBeenCalled();
    expect(bytes$.observed).toBe(false);
  });
});
