import { deflateFrame, type Message, prepare } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, startClient, startPair, startServer, watchResources } from '../support/harness.js';
import { openRaw } from '../support/raw-peer.js';
import { until } from '../support/turns.js';

watchResources();

const JSON_TEXT = JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ symbol: `T${i}`, price: i * 1.5 })));
const ON = { compression: false, extensions: [deflateFrame()] } as const;

describe('deflate-frame', () => {
  it.each(['deflate-frame', 'x-webkit-deflate-frame'] as const)(
    'is agreed on as %s, and compresses frames by themselves',
    async (name) => {
      const { client, accepted } = await startPair(ON, { ...ON, extensions: [deflateFrame({ name })] });
      expect([client.extensions, accepted.extensions]).toEqual([[name], [name]]);
      const rsv: number[] = [];
      client.sentFrames$.subscribe((frame) => void rsv.push(frame.rsv));
      const got = collect(client.messages$);
      accepted.messages$.subscribe(accepted.outbox);
      const big = JSON_TEXT.repeat(300);
      client.send(JSON_TEXT);
      client.send('short');
      client.send(JSON_TEXT, { fragmentBytes: 100 });
      client.send(JSON_TEXT, { compress: false });
      client.send(prepare(Buffer.from(big)));
      client.send('');
      const sent: Message[] = [
        { type: 'text', data: JSON_TEXT },
        { type: 'text', data: 'short' },
        { type: 'text', data: JSON_TEXT },
        { type: 'text', data: JSON_TEXT },
        { type: 'binary', data: new Uint8Array(Buffer.from(big)) },
        { type: 'text', data: '' },
      ];
      await until(() => got.values.length === sent.length);
      expect(got.values.map(({ type, data }) => ({ type, data }))).toEqual(sent);
      const fragments = Math.ceil(JSON_TEXT.length / 100);
      const last = JSON_TEXT.length % 100 < 21 ? 0 : 4;
      const cut = [...Array.from({ length: fragments - 1 }, () => 4), last];
      expect(rsv).toEqual([4, 0, ...cut, 0, 4, 0]);
    },
  );

  it('is never used together with permessage-deflate: the first that the client offers is', async () => {
    const server = await startServer({ compression: true, extensions: [deflateFrame()] });
    for (const [offer, answer] of [
      ['deflate-frame, permessage-deflate', /^deflate-frame$/],
      [
        'permessage-deflate, x-webkit-deflate-frame, deflate-frame',
        /^permessage-deflate; server_max_window_bits=12$/,
      ],
      ['deflate-frame; max_window_bits=7, permessage-deflate', /^permessage-deflate; /],
    ] as const) {
      const peer = await openRaw(server.url, [`Sec-WebSocket-Extensions: ${offer}`]);
      expect(/^sec-websocket-extensions: *(.*)\r$/im.exec(peer.head)?.[1]).toMatch(answer);
    }
  });

  it('is offered behind permessage-deflate, which a server that knows both takes', async () => {
    const server = await startServer({ compression: true, extensions: [deflateFrame()] });
    const client = await startClient(server.url, { extensions: [deflateFrame()] });
    expect(client.extensions).toEqual(['permessage-deflate']);
  });

  it('fails a frame that cannot be inflated with 1007, a control frame that has its bit with 1002', async () => {
    for (const [frame, code] of [
      ['c18100000000' + '07', 1007],
      ['c98000000000', 1002],
    ] as const) {
      const server = await startServer(ON);
      const peer = await openRaw(server.url, ['Sec-WebSocket-Extensions: deflate-frame']);
      const [connection] = [...server.connections];
      peer.write(Buffer.from(frame, 'hex'));
      expect(await ended(connection!)).toMatchObject({ code: 1006, sent: { code } });
    }
  });

  it('counts what is inflated of all frames of a message', async () => {
    const server = await startServer({ ...ON, maxMessageBytes: 1500 });
    const client = await startClient(server.url, ON);
    client.send('x'.repeat(1501), { fragmentBytes: 500 });
    expect(await ended(client)).toMatchObject({ code: 1009 });
  });
});
