import { NEVER } from 'rxjs';
import type { Connection } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { VirtualTime } from 'rxwire/testing';
import { TEXT } from '../support/wire-frames.js';

watchResources();

const SENT = 50;

/** With how many messages each fills the window: of a stream the frame counts, and its chunk. */
const HOLDERS: [string, number, (connection: Connection) => void][] = [
  ['that nobody takes', 4, () => undefined],
  ['whose consumer does not come to an end', 4, (c) => void c.consume(() => NEVER).subscribe()],
  ['whose iterator is not asked', 4, (c) => void c[Symbol.asyncIterator]()],
  ['whose streams nobody reads', 2, (c) => void collect(c.streams$)],
];
const BEFORE: [string, (connection: Connection) => void][] = [
  ['open', () => undefined],
  ['closing', (c) => void c.close()],
];

describe('terminate, with a full receive window', () => {
  for (const [state, before] of BEFORE) {
    for (const [what, held, hold] of HOLDERS) {
      it(`ends one that is ${state}, with messages ${what}`, async () => {
        const clock = new VirtualTime();
        const lines: string[] = [];
        const { connection, peer } = memoryPeer('server', {
          receiveHighWaterMessages: 4,
          scheduler: clock,
          logger: { warn: (line) => void lines.push(line) },
        });
        const closed = collect(connection.closed$);
        hold(connection);
        await turns();
        peer.write(Buffer.concat(Array.from({ length: SENT }, () => peer.frame(TEXT, 'x'))));
        await turns();
        before(connection);
        await turns();
        connection.terminate();
        await turns();
        expect([connection.state, closed.values.length]).toEqual(['closed', 1]);
        expect(connection.stats.discarded).toBe(SENT - held);
        expect(lines.filter((line) => line.includes('dropped'))).toHaveLength(1);
      });
    }
  }

  it('leaves what is held to those who come later', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 4 });
    peer.write(Buffer.concat(Array.from({ length: SENT }, (_, i) => peer.frame(TEXT, String(i)))));
    await turns();
    connection.terminate();
    await ended(connection);
    const late = collect(connection.messages$);
    await until(() => late.done);
    expect(late.values.map(({ data }) => data)).toEqual(['0', '1', '2', '3']);
  });
});
