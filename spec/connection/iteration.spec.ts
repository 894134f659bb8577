import { ConnectionClosedError, type Connection, type Message } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { CLOSE, TEXT } from '../support/wire-frames.js';

watchResources();

async function drain(connection: Connection): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const message of connection) seen.push(message.data);
  return seen;
}

describe('async iteration', () => {
  for (const code of [1000, 1001, undefined]) {
    it(`ends when the peer closes with ${code ?? 'no code'}`, async () => {
      const { connection, peer } = memoryPeer('server');
      const seen = drain(connection);
      peer.send(TEXT, 'a');
      peer.send(TEXT, 'b');
      peer.send(CLOSE, code === undefined ? '' : closeBody(code));
      peer.stream.end();
      expect(await seen).toEqual(['a', 'b']);
    });
  }

  for (const code of [1002, 1008, 1011, 1012, 3000, 4999]) {
    it(`throws after the last message when the peer closes with ${code}`, async () => {
      const { connection, peer } = memoryPeer('server');
      const seen: unknown[] = [];
      const loop = (async () => {
        for await (const message of connection) seen.push(message.data);
      })();
      peer.send(TEXT, 'a');
      peer.send(CLOSE, closeBody(code, 'why'));
      peer.stream.end();
      const error = await loop.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConnectionClosedError);
      expect((error as ConnectionClosedError).info).toMatchObject({
        code,
        reason: 'why',
        initiator: 'remote',
      });
      expect(seen).toEqual(['a']);
    });
  }

  for (const code of [1000, 1011, 4000]) {
    it(`ends when this side closes with ${code}`, async () => {
      const { connection, peer } = memoryPeer('server');
      const seen = drain(connection);
      peer.send(TEXT, 'a');
      await turns();
      connection.close(code);
      peer.send(CLOSE, closeBody(code));
      peer.stream.end();
      expect(await seen).toEqual(['a']);
    });
  }

  it('throws when the transport is lost, and when the peer breaks a rule', async () => {
    const lost = memoryPeer('server');
    const one = drain(lost.connection);
    lost.peer.stream.destroy();
    await expect(one).rejects.toMatchObject({ info: { code: 1006, wasClean: false } });
    const wrong = memoryPeer('server');
    const two = drain(wrong.connection);
    wrong.peer.send(3);
    wrong.peer.stream.end();
    await expect(two).rejects.toMatchObject({ info: { sent: { code: 1002 } } });
  });

  it('throws to a loop that begins after such an end, too, behind what is held', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.send(TEXT, 'held');
    peer.send(CLOSE, closeBody(1011));
    peer.stream.end();
    await ended(connection);
    const iterator = connection[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { data: 'held' } });
    await expect(iterator.next()).rejects.toBeInstanceOf(ConnectionClosedError);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await expect(drain(connection)).rejects.toBeInstanceOf(ConnectionClosedError);
  });

  it('throws once, whoever else listens', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    const iterator = connection[Symbol.asyncIterator]();
    const other = connection[Symbol.asyncIterator]();
    peer.send(TEXT, 'x');
    expect(await iterator.next()).toMatchObject({ done: false });
    const waiting = iterator.next();
    peer.send(CLOSE, closeBody(1011));
    peer.stream.end();
    await expect(waiting).rejects.toBeInstanceOf(ConnectionClosedError);
    expect(await other.next()).toMatchObject({ value: { data: 'x' } });
    await until(() => seen.done);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await expect(other.next()).rejects.toBeInstanceOf(ConnectionClosedError);
    expect(await other.next()).toEqual({ done: true, value: undefined });
  });

  it('closes nothing on break, and gives unstarted messages to the next loop, in order', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write(Buffer.concat(['1', '2', '3'].map((data) => peer.frame(TEXT, data))));
    for await (const message of connection) {
      expect(message.data).toBe('1');
      await turns();
      break;
    }
    expect(connection.state).toBe('open');
    peer.send(TEXT, '4');
    await turns();
    const seen = collect(connection.messages$);
    await until(() => seen.values.length === 3);
    expect(seen.values.map(({ data }) => data)).toEqual(['2', '3', '4']);
  });

  it('does not hand unstarted messages out twice when another claim had them', async () => {
    const { connection, peer } = memoryPeer('server');
    const iterator = connection[Symbol.asyncIterator]();
    const seen = collect(connection.messages$);
    peer.write(Buffer.concat(['1', '2'].map((data) => peer.frame(TEXT, data))));
    await until(() => seen.values.length === 2);
    await iterator.return?.();
    const late = collect(connection.messages$);
    peer.send(TEXT, '3');
    await until(() => late.values.length > 0);
    expect(late.values.map(({ data }) => data)).toEqual(['3']);
  });

  it('answers several next() in the order they were asked', async () => {
    const { connection, peer } = memoryPeer('server');
    const iterator = connection[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    for (const data of ['1', '2']) peer.send(TEXT, data);
    await turns();
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    const results = await Promise.all(asked);
    expect(results.map(({ value }) => value?.data)).toEqual(['1', '2', undefined]);
    expect(results[2]?.done).toBe(true);
  });

  it('charges nothing any more to a loop that another subscriber ended while a message was handed out', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 4 });
    const iterators: AsyncIterator<Message>[] = [];
    const seen: unknown[] = [];
    connection.messages$.subscribe((message) => {
      seen.push(message.data);
      for (const iterator of iterators.splice(0)) void iterator.return?.();
    });
    for (let i = 0; i < 10; i++) {
      iterators.push(connection[Symbol.asyncIterator]());
      peer.send(TEXT, String(i));
      await until(() => seen.length === i + 1, `message ${i} comes`);
    }
  });
});
