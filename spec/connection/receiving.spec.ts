import { firstValueFrom, take, toArray } from 'rxjs';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryPeer } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { BINARY, CLOSE, PING, TEXT } from '../support/wire-frames.js';

watchResources();

const text = (data: string): object => ({ type: 'text', data });

describe('messages$', () => {
  it('emits text as strings and binary as bytes, in order', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    peer.send(TEXT, 'grüße');
    peer.send(BINARY, Buffer.from([0, 255]));
    await until(() => seen.values.length === 2);
    expect(seen.values[0]).toEqual(text('grüße'));
    expect(seen.values[1]).toEqual({ type: 'binary', data: expect.any(Uint8Array) });
    expect(Buffer.from(seen.values[1]!.data as Uint8Array)).toEqual(Buffer.from([0, 255]));
  });

  it('joins fragments around a Ping, and answers the Ping first', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    peer.send(TEXT, 'a', { fin: false });
    peer.send(PING, 'p');
    peer.send(0, 'b');
    expect((await peer.next()).payload.toString()).toBe('p');
    await until(() => seen.values.length === 1);
    expect(seen.values).toEqual([text('ab')]);
  });

  it('keeps what came before the first subscriber, and hands it out in a microtask', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write(Buffer.concat(['a', 'b'].map((data) => peer.frame(TEXT, data))));
    await turns();
    const seen = collect(connection.messages$);
    expect(seen.values).toEqual([]);
    await Promise.resolve();
    expect(seen.values).toEqual([text('a'), text('b')]);
  });

  it('gives the second firstValueFrom the second message of one chunk, and the third the third', async () => {
    const { connection, peer } = memoryPeer('server');
    const first = firstValueFrom(connection.messages$);
    peer.write(Buffer.concat(['1', '2', '3'].map((data) => peer.frame(TEXT, data))));
    expect(await first).toEqual(text('1'));
    expect(await firstValueFrom(connection.messages$)).toEqual(text('2'));
    expect(await firstValueFrom(connection.messages$)).toEqual(text('3'));
  });

  it('hands out what is held after closed$, then completes', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write(Buffer.concat([peer.frame(TEXT, 'last'), peer.frame(CLOSE, closeBody(1000))]));
    peer.stream.end();
    await ended(connection);
    expect(await firstValueFrom(connection.messages$.pipe(toArray()))).toEqual([text('last')]);
    expect(await firstValueFrom(connection.messages$.pipe(toArray()))).toEqual([]);
  });

  it('completes at once for a subscriber that comes after the end', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.stream.end();
    await ended(connection);
    expect(collect(connection.messages$).done).toBe(true);
  });

  it('completes and never errors when the peer breaks a rule, and emits nothing of the offending frame', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    peer.write(
      Buffer.concat([
        peer.frame(TEXT, 'good'),
        peer.frame(TEXT, Buffer.from([0xff])),
        peer.frame(TEXT, 'late'),
      ]),
    );
    await until(() => seen.done);
    expect(seen.values).toEqual([text('good')]);
    expect(seen.error).toBeUndefined();
  });

  it('gives every subscriber the same objects', async () => {
    const { connection, peer } = memoryPeer('server');
    const one = collect(connection.messages$);
    const two = collect(connection.messages$);
    peer.send(BINARY, 'x');
    await until(() => two.values.length === 1);
    expect(one.values[0]).toBe(two.values[0]);
  });

  it('stops a synchronous burst at take(3) and keeps the rest in order', async () => {
    const { connection, peer } = memoryPeer('server');
    const three = firstValueFrom(connection.messages$.pipe(take(3), toArray()));
    peer.write(Buffer.concat(Array.from({ length: 100 }, (_, i) => peer.frame(TEXT, String(i)))));
    expect(await three).toHaveLength(3);
    const rest = collect(connection.messages$);
    await until(() => rest.values.length === 97);
    expect(rest.values[0]).toEqual(text('3'));
    expect(rest.values[96]).toEqual(text('99'));
  });

  it('loses and repeats nothing while subscribers come and go', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen: unknown[] = [];
    peer.write(Buffer.concat(Array.from({ length: 60 }, (_, i) => peer.frame(TEXT, String(i)))));
    for (let i = 0; i < 30; i++) {
      seen.push(...(await firstValueFrom(connection.messages$.pipe(take(2), toArray()))));
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => text(String(i))));
  });

  it('never hands out memory that is used again', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    const chunk = peer.frame(BINARY, 'first');
    peer.write(chunk);
    await until(() => seen.values.length === 1);
    for (let i = 0; i < 50; i++) peer.send(BINARY, 'other');
    connection.send('something of ours');
    await until(() => seen.values.length === 51);
    expect(Buffer.from(seen.values[0]!.data as Uint8Array).toString()).toBe('first');
  });
});

describe('textAs and validateUtf8', () => {
  it('hands out text as its octets with textAs bytes, checked all the same', async () => {
    const { connection, peer } = memoryPeer('server', { textAs: 'bytes' });
    const seen = collect(connection.messages$);
    peer.send(TEXT, 'é');
    peer.send(TEXT, Buffer.from([0xc3]));
    const info = await ended(connection);
    expect(info.sent?.code).toBe(1007);
    const message = seen.values[0] as unknown as { type: string; data: Uint8Array };
    expect(message.type).toBe('text');
    expect([...message.data]).toEqual([0xc3, 0xa9]);
  });

  it('replaces what is not UTF-8 with validateUtf8 false', async () => {
    const { connection, peer } = memoryPeer('server', { validateUtf8: false });
    const seen = collect(connection.messages$);
    peer.send(TEXT, Buffer.from([0x61, 0xff]));
    await until(() => seen.values.length === 1);
    expect(seen.values).toEqual([text('a\ufffd')]);
  });

  it('keeps a byte order mark', async () => {
    const { connection, peer } = memoryPeer('server');
    const seen = collect(connection.messages$);
    peer.send(TEXT, '\ufeffx');
    await until(() => seen.values.length === 1);
    expect(seen.values).toEqual([text('\ufeffx')]);
  });

  it('fails with 1007 at the first impossible octet, in the middle of a frame', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write(peer.frame(TEXT, Buffer.from(`abc\xff${'x'.repeat(100_000)}`, 'latin1')).subarray(0, 20));
    expect((await peer.next()).payload.readUInt16BE(0)).toBe(1007);
    peer.stream.end();
    await ended(connection);
  });
});

describe('discard', () => {
  it('drops what is held and what comes, and still serves Pings and the close', async () => {
    const { connection, peer } = memoryPeer('server', { receiveHighWaterMessages: 2 });
    for (let i = 0; i < 50; i++) peer.send(TEXT, 'x');
    await turns();
    connection.discard();
    peer.send(PING, 'there?');
    expect((await peer.next()).payload.toString()).toBe('there?');
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    expect((await ended(connection)).code).toBe(1000);
    expect(collect(connection.messages$).values).toEqual([]);
  });

  it('leaves the other subscribers what they get', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.discard();
    const seen = collect(connection.messages$);
    peer.send(TEXT, 'x');
    await until(() => seen.values.length === 1);
  });

  it('ends the wait for somebody who takes what is held after the end', async () => {
    const { connection, peer } = memoryPeer('server');
    peer.write(Buffer.concat([peer.frame(TEXT, 'x'), peer.frame(CLOSE, closeBody(1000))]));
    peer.stream.end();
    await ended(connection);
    let done = false;
    connection.whenDone(() => (done = true));
    expect(done).toBe(false);
    connection.discard();
    await turns();
    expect(done).toBe(true);
  });
});
