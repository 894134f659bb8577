import { firstValueFrom } from 'rxjs';
import { connect, type Connection, openConnection, serve } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startServer, watchResources } from '../support/harness.js';
import { type RawPeer, acceptHead, openRaw, rawServer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody, wireFrame } from 'rxwire/testing';
import { BINARY, CLOSE, PING, TEXT, ZERO_KEY } from '../support/wire-frames.js';

watchResources();

/** A small conversation, and how many octets it takes up to the end of each message. */
function conversation(masked: boolean): { bytes: Buffer; texts: string[]; ends: number[] } {
  const options = masked ? { key: ZERO_KEY } : {};
  const texts = ['one', 'zwei ü', ''];
  const frames: Buffer[] = [];
  const ends: number[] = [];
  let length = 0;
  const add = (frame: Buffer): void => {
    frames.push(frame);
    length += frame.length;
  };
  add(wireFrame({ opcode: TEXT, payload: 'one', ...options }));
  ends.push(length);
  add(wireFrame({ opcode: TEXT, payload: 'zwei', ...options, fin: false }));
  add(wireFrame({ opcode: PING, payload: 'p', ...options }));
  add(wireFrame({ opcode: 0, payload: ' ü', ...options }));
  ends.push(length);
  add(wireFrame({ opcode: BINARY, payload: '', ...options }));
  ends.push(length);
  add(wireFrame({ opcode: CLOSE, payload: closeBody(1000, 'bye'), ...options }));
  return { bytes: Buffer.concat(frames), texts, ends };
}

const CUTS: Readonly<Record<string, (peer: RawPeer) => void>> = {
  'the end of the stream': (peer) => peer.stream.end(),
  'a destroyed socket': (peer) => peer.stream.destroy(),
  'a reset': (peer) => peer.reset(),
};

function check(
  seen: { data: unknown }[],
  offset: number,
  talk: ReturnType<typeof conversation>,
  exact: boolean,
): void {
  const whole = talk.texts.filter((_, i) => talk.ends[i]! <= offset);
  const got = seen.map(({ data }) =>
    typeof data === 'string' ? data : Buffer.from(data as Uint8Array).toString(),
  );
  // A reset may overtake octets in the kernel; what is delivered is the beginning of what was sent all the same.
  expect(got).toEqual(exact ? whole : whole.slice(0, got.length));
}

describe('a conversation that is cut after any octet', () => {
  for (const [name, cut] of Object.entries(CUTS)) {
    it(`by ${name}: a server delivers a beginning of it, in order, and goes on`, async () => {
      const server = await startServer({ dropTimeoutMs: 100 });
      const talk = conversation(true);
      for (let offset = 0; offset <= talk.bytes.length; offset++) {
        const arrival = firstValueFrom(server.connections$);
        const peer = await openRaw(server.url);
        const connection = await arrival;
        const seen = collect(connection.messages$);
        peer.write(talk.bytes.subarray(0, offset));
        if (offset % 2 === 1) await turns(2);
        cut(peer);
        const info = await ended(connection);
        await until(() => seen.done);
        check(seen.values, offset, talk, name === 'the end of the stream');
        const clean = offset === talk.bytes.length && name === 'the end of the stream';
        if (clean) expect(info).toMatchObject({ code: 1000, reason: 'bye', wasClean: true });
        else if (offset < talk.bytes.length) expect(info).toMatchObject({ code: 1006, wasClean: false });
      }
      expect(server.connections.size).toBe(0);
    });

    it(`by ${name}: a client does the same`, async () => {
      const server = await rawServer();
      const talk = conversation(false);
      for (let offset = 0; offset <= talk.bytes.length; offset++) {
        const opening = openConnection(server.url, { dropTimeoutMs: 100, logger: {} });
        const peer = await server.next();
        peer.write(acceptHead(await peer.headCame()));
        const connection = await opening;
        const seen = collect(connection.messages$);
        peer.write(talk.bytes.subarray(0, offset));
        if (offset % 2 === 1) await turns(2);
        cut(peer);
        const info = await ended(connection);
        await until(() => seen.done);
        check(seen.values, offset, talk, name === 'the end of the stream');
        if (offset < talk.bytes.length) expect(info).toMatchObject({ code: 1006, wasClean: false });
      }
    });
  }
});

describe('send racing close', () => {
  it('gives the peer a beginning of what was sent, and one Close frame each, every time', async () => {
    const echo = collect(
      serve((connection) => connection.messages$, { host: '127.0.0.1', closeTimeoutMs: 500 }),
    );
    await until(() => echo.values.length === 1);
    const { url } = echo.values[0]!;
    for (let round = 0; round < 60; round++) {
      const opened = collect(connect(url, { closeTimeoutMs: 500 }));
      await until(() => opened.values.length === 1);
      const client: Connection = opened.values[0]!;
      const seen = collect(client.messages$);
      let accepted = 0;
      for (let i = 0; i < 20; i++) {
        if (client.send(String(i))) accepted++;
        if (i === round % 20) client.close(4000);
      }
      await until(() => opened.done);
      expect(accepted).toBe((round % 20) + 1);
      expect(seen.values.map(({ data }) => data)).toEqual(
        Array.from({ length: accepted }, (_, i) => String(i)),
      );
      expect(await ended(client)).toMatchObject({ code: 4000, wasClean: true });
    }
  });
});
