import { watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody, VirtualTime } from 'rxwire/testing';
import { CLOSE, TEXT } from '../support/wire-frames.js';

watchResources();

const TOTAL = 500;

/** A connection whose window is small, and a peer that has sent it much and then answers its Close frame. */
function behind(): { clock: VirtualTime } & ReturnType<typeof memoryPeer> {
  const clock = new VirtualTime();
  const made = memoryPeer('server', { receiveHighWaterMessages: 8, keepAlive: false, scheduler: clock });
  const { peer } = made;
  const frames = Array.from({ length: TOTAL }, (_, i) => peer.frame(TEXT, String(i)));
  peer.write(Buffer.concat([...frames, peer.frame(CLOSE, closeBody(1000))]));
  return { clock, ...made };
}

describe('after close()', () => {
  it('a loop that takes one message after the other still gets all that were on their way', async () => {
    const { connection, peer } = behind();
    peer.stream.end();
    const seen: string[] = [];
    for await (const { data } of connection) {
      if (seen.length === 0) connection.close();
      seen.push(String(data));
      await turns(1);
    }
    expect(seen).toEqual(Array.from({ length: TOTAL }, (_, i) => String(i)));
    expect(connection.state).toBe('closed');
  });

  it('a loop that takes nothing for dropTimeoutMs holds the end up no longer', async () => {
    const { clock, connection, peer } = behind();
    const iterator = connection[Symbol.asyncIterator]();
    await iterator.next();
    await turns();
    connection.close();
    await turns();
    expect(connection.state).toBe('closing');
    clock.pass(1000);
    peer.stream.end();
    await until(() => connection.state === 'closed');
    let left = 0;
    while ((await iterator.next()).done !== true) left++;
    expect(left).toBeLessThanOrEqual(8);
  });

  it('messages that nobody takes do not hold the end up, and what did not fit is told in the log', async () => {
    const lines: string[] = [];
    const { connection, peer } = memoryPeer('server', {
      receiveHighWaterMessages: 8,
      logger: { warn: (line) => lines.push(line) },
    });
    for (let i = 0; i < TOTAL; i++) peer.send(TEXT, String(i));
    await turns();
    connection.close();
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await until(() => connection.state === 'closed');
    expect(lines).toEqual([expect.stringContaining(`${String(TOTAL - 8)} messages`)]);
    const kept: string[] = [];
    connection.messages$.subscribe(({ data }) => kept.push(data as string));
    await until(() => kept.length === 8);
  });
});
