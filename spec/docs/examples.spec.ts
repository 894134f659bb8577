import { jest } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { firstValueFrom, take, toArray } from 'rxjs';
import { openConnection, openServer } from 'rxwire';
import { until } from '../support/turns.js';

/** What an example says on the console, once there is something. */
function saidOf(log: { mock: { calls: unknown[][] } }): string[] {
  return log.mock.calls.map(([line]) => String(line));
}

describe('the examples', () => {
  const argv = [...process.argv];
  let log: jest.SpiedFunction<typeof console.log>;
  let errors: jest.SpiedFunction<typeof console.error>;

  beforeEach(() => {
    log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => {
    process.argv.splice(0, Infinity, ...argv);
    jest.restoreAllMocks();
  });

  async function served(
    load: () => Promise<{ serving: Subscription }>,
  ): Promise<{ serving: Subscription; url: string }> {
    process.argv[2] = '0';
    const { serving } = await load();
    await until(() => log.mock.calls.length > 0);
    const url = saidOf(log)[0]?.replace('listening on ', '') ?? '';
    log.mockClear();
    return { serving, url };
  }

  it('echo-server echoes', async () => {
    const { serving, url } = await served(() => import('../../examples/echo-server.js'));
    const connection = await openConnection(url);
    connection.send('hello');
    expect(await firstValueFrom(connection.messages$)).toEqual({ type: 'text', data: 'hello' });
    serving.unsubscribe();
    expect(await firstValueFrom(connection.closed$)).toMatchObject({ code: 1001 });
  });

  it('client shows what comes back', async () => {
    await using server = await openServer({ host: '127.0.0.1' });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    process.argv[2] = server.url;
    const { talked } = await import('../../examples/client.js');
    await talked;
    expect(saidOf(log)).toEqual(['one', 'two', 'three']);
    expect(errors).not.toHaveBeenCalled();
  });

  it('chat introduces its guests', async () => {
    const { serving, url } = await served(() => import('../../examples/chat.js'));
    const [ann, bob] = [await openConnection(url), await openConnection(url)];
    const heard = firstValueFrom(bob.messages$.pipe(take(4), toArray()));
    ann.send('Ann');
    await firstValueFrom(ann.messages$.pipe(take(2), toArray()));
    ann.send('hi');
    ann.close();
    expect((await heard).map(({ data }) => data)).toEqual([
      'Your name?',
      '* Ann is here',
      'Ann: hi',
      '* Ann has left',
    ]);
    serving.unsubscribe();
    await firstValueFrom(bob.closed$);
  });

  it('checksum takes a message that has its code, and fails at one that has none', async () => {
    const { talked } = await import('../../examples/checksum.js');
    await talked;
    expect(saidOf(log)).toEqual([
      'x-checksum, permessage-deflate',
      'pay Ann 5',
      'closed with 1008: message 2 of the client has a wrong code: it was changed, or one is missing or out of place',
    ]);
    expect(errors).not.toHaveBeenCalled();
  });
});
