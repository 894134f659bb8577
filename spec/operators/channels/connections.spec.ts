import { catchError, EMPTY, map, repeat, Subject } from 'rxjs';
import { channels, connect, json, type Server, typed } from '../../../src/index.js';
import { ended, startServer, watchResources } from '../../support/harness.js';

watchResources();

const QUIET = { logger: {} };
const letter = (key: string) => ({
  subscribe: () => `+${key}`,
  unsubscribe: () => `-${key}`,
  select: ({ data }: { readonly data: unknown }) => String(data),
});

/** A server that hears what is sent to it, by connection, and says when it did. */
async function hearing(): Promise<{
  server: Server;
  heard: string[][];
  on: (word: string, act: () => void) => void;
}> {
  const server = await startServer();
  const heard: string[][] = [];
  const words$ = new Subject<string>();
  server.connections$.subscribe((connection) => {
    const words: string[] = [];
    heard.push(words);
    connection.messages$.subscribe(({ data }) => {
      words.push(String(data));
      words$.next(String(data));
    });
  });
  const on = (word: string, act: () => void): void => {
    words$.subscribe((heardWord) => {
      if (heardWord === word) act();
    });
  };
  return { server, heard, on };
}

describe('channels over connect()', () => {
  it('dial, subscribe, and close with 1000 behind the unsubscribe message', async () => {
    const { server, heard, on } = await hearing();
    const { channel } = channels(connect(server.url, QUIET));
    const closed = new Promise((resolve) => {
      on('+a', () => {
        for (const connection of server.connections) {
          connection.send('1');
          resolve(ended(connection));
        }
      });
    });
    const value = await new Promise((resolve) => {
      const subscription = channel('a', letter('a')).subscribe((said) => {
        subscription.unsubscribe();
        resolve(said);
      });
    });
    expect(await closed).toMatchObject({ code: 1000, initiator: 'remote' });
    expect([value, heard]).toEqual(['1', [['+a', '-a']]]);
  });

  it('abort the dial when they are left before it is done', async () => {
    const { server, heard, on } = await hearing();
    const { channel } = channels(connect(server.url, QUIET));
    const second = new Promise<void>((resolve) => on('+b', resolve));
    channel('a', letter('a')).subscribe().unsubscribe();
    const subscription = channel('b', letter('b')).subscribe();
    await second;
    expect(heard).toEqual([['+b']]);
    expect(server.connections.size).toBe(1);
    subscription.unsubscribe();
  });

  it('go on over the next connection when one is lost', async () => {
    const { server, heard, on } = await hearing();
    const again$ = connect(server.url, QUIET).pipe(
      catchError(() => EMPTY),
      repeat(2),
      map((connection) => typed(connection, json<string, string>())),
    );
    const { channel } = channels(again$);
    on('"+a"', () => {
      for (const connection of server.connections) {
        connection.send(`"${String(heard.length)}"`);
        if (heard.length === 1) void connection.flush().then(() => connection.terminate());
        else connection.close();
      }
    });
    const seen: string[] = [];
    await new Promise<void>((complete) => {
      const options = { subscribe: () => '+a', select: (value: string) => value };
      channel('a', options).subscribe({ next: (value) => seen.push(value), complete });
    });
    expect([seen, heard]).toEqual([
      ['1', '2'],
      [['"+a"'], ['"+a"']],
    ]);
  });
});
