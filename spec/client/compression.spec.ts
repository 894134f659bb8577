import {
  type ClientOptions,
  type CompressionOptions,
  type Connection,
  NegotiationError,
  openConnection,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { owned, watchResources } from '../support/harness.js';
import { acceptHead, rawServer } from '../support/raw-peer.js';
import { toy } from '../support/toy-extensions.js';
import { until } from '../support/turns.js';
import { BINARY, TEXT } from '../support/wire-frames.js';
import { DeflatePeer, referenceDeflater, referenceInflater } from '../hardening/deflate-peer.js';
import { tinyInflate } from '../properties/tiny-inflate.js';

watchResources();

const PMD = 'permessage-deflate';
const PLAIN = `${PMD}; client_max_window_bits`;

/** A client whose server answers with this header, or with none. */
async function answered(
  answer: string | undefined,
  options: ClientOptions = {},
): Promise<{ connection: Connection; peer: DeflatePeer; offer: string | undefined }> {
  const server = await rawServer();
  const opening = openConnection(server.url, { logger: {}, dropTimeoutMs: 100, ...options });
  const peer = await server.next();
  const head = await peer.headCame();
  peer.write(acceptHead(head, answer === undefined ? [] : [`Sec-WebSocket-Extensions: ${answer}`]));
  const connection = owned(await opening);
  const offer = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1]?.trim();
  return { connection, peer: new DeflatePeer(peer, 'server'), offer };
}

/** The error that comes of this answer, once nothing is left of the socket. */
async function refused(answer: string, options: ClientOptions = {}): Promise<Error> {
  const server = await rawServer();
  const opening = openConnection(server.url, { logger: {}, ...options });
  const failed = opening.then(
    () => new Error('it opened'),
    (error: unknown) => error as Error,
  );
  const peer = await server.next();
  peer.write(acceptHead(await peer.headCame(), [`Sec-WebSocket-Extensions: ${answer}`]));
  const error = await failed;
  await peer.whenEnded();
  return error;
}

describe('a client', () => {
  it.each<[ClientOptions, string | undefined]>([
    [{}, PLAIN],
    [{ compression: true }, PLAIN],
    [{ compression: {} }, PLAIN],
    [{ compression: false }, undefined],
    [{ compression: { preset: 'large' } }, PLAIN],
    [
      { compression: { preset: 'stateless' } },
      `${PMD}; server_no_context_takeover; client_no_context_takeover; client_max_window_bits, ${PLAIN}`,
    ],
    [
      { compression: { serverNoContextTakeover: true } },
      `${PMD}; server_no_context_takeover; client_max_window_bits, ${PLAIN}`,
    ],
    [
      { compression: { clientNoContextTakeover: true } },
      `${PMD}; client_no_context_takeover; client_max_window_bits`,
    ],
    [
      { compression: { serverMaxWindowBits: 10 } },
      `${PMD}; server_max_window_bits=10; client_max_window_bits, ${PLAIN}`,
    ],
    [{ compression: { clientMaxWindowBits: 9 } }, `${PMD}; client_max_window_bits=9`],
    [{ compression: { avoidBrokenPeers: false, requireWindowBits: true, level: 1, memLevel: 1 } }, PLAIN],
    [{ compression: false, extensions: [toy()] }, 'toy'],
    [{ extensions: [toy()] }, `${PLAIN}, toy`],
  ])('with the options %j offers %s', async (options, offer) => {
    const came = await answered(undefined, options);
    expect(came.offer).toBe(offer);
    expect(came.connection.extensions).toEqual([]);
    // Nothing was agreed on, so nothing is compressed.
    came.connection.send('a'.repeat(500), { compress: true });
    expect(await came.peer.message()).toMatchObject({ opcode: TEXT, compressed: false });
  });

  const BOUND: ClientOptions = { compression: { clientMaxWindowBits: 10 } };
  it.each<[string, RegExp, ClientOptions]>([
    [`${PMD}; server_max_window_bits=16`, /server_max_window_bits="16", expected 8 to 15/, {}],
    [`${PMD}; server_max_window_bits=08`, /server_max_window_bits="08", expected 8 to 15/, {}],
    [`${PMD}; server_max_window_bits=1000`, /server_max_window_bits="1000", expected 8 to 15/, {}],
    [`${PMD}; server_max_window_bits`, /server_max_window_bits without a value, expected 8 to 15/, {}],
    [`${PMD}; client_max_window_bits`, /client_max_window_bits without a value, expected 8 to 15/, {}],
    [`${PMD}; client_max_window_bits=7`, /client_max_window_bits="7", expected 8 to 15/, {}],
    [`${PMD}; client_max_window_bits=11`, /client_max_window_bits=11, expected 8 to 10/, BOUND],
    [`${PMD}; server_no_context_takeover=1`, /server_no_context_takeover="1", expected no value/, {}],
    [`${PMD}; client_no_context_takeover=""`, /Sec-WebSocket-Extensions/, {}],
    [`${PMD}; client_no_context_takeover; client_no_context_takeover`, /twice, expected it once/, {}],
    [`${PMD}; foo`, /unknown parameter "foo"/, {}],
    [`${PMD}; __proto__=1`, /unknown parameter "__proto__"/, {}],
    [`${PMD}${'; foo'.repeat(20)}`, /more than 16 parameters/, {}],
    [`${PMD}, ${PMD}`, /"permessage-deflate" twice, expected it once/, {}],
    ['Permessage-Deflate', /"Permessage-Deflate", expected one of "permessage-deflate"/, {}],
    ['x-webkit-deflate-frame', /"x-webkit-deflate-frame", expected one of "permessage-deflate"/, {}],
    [`${PMD};`, /Sec-WebSocket-Extensions "permessage-deflate;"/, {}],
    ['', /Sec-WebSocket-Extensions ""/, {}],
    [PMD, /expected none because none was offered/, { compression: false }],
    [
      `toy, ${PMD}`,
      /"permessage-deflate", expected one of "toy"/,
      { compression: false, extensions: [toy()] },
    ],
    [
      `${PMD}, toy`,
      /"toy" beside "permessage-deflate", expected one of the two/,
      { extensions: [toy({ rsv: 4 })] },
    ],
  ])('refuses the answer "%s", and says why', async (answer, text, options) => {
    const error = await refused(answer, options);
    expect(error).toBeInstanceOf(NegotiationError);
    expect(error.message).toMatch(text);
  });

  it('takes an answer to the offer behind its first, which demands nothing', async () => {
    const { connection } = await answered(PMD, { compression: { serverMaxWindowBits: 9 } });
    expect(connection.extensions).toEqual([PMD]);
  });

  it('says what was agreed on', async () => {
    const answer = `${PMD}; server_no_context_takeover; client_max_window_bits=11`;
    const { connection } = await answered(answer);
    expect(connection.extensions).toEqual([PMD]);
    expect(connection.response.headers.get('sec-websocket-extensions')).toBe(answer);
    expect(connection.request.headers.get('sec-websocket-extensions')).toBe(PLAIN);
  });
});

/** Text in which the same comes again after every distance up to 40,000 octets: long windows find what short ones do not. */
function telltale(): Buffer[] {
  const phrase = (n: number): string => `<${n}:${(n * 7919 + 12_345).toString(36)}:the same again>`;
  return [200, 900, 3000, 7000, 14_000, 30_000].map((distance, round) => {
    const filler = Array.from({ length: 3000 }, (_, i) => ((i * 2_654_435_761 + round) >>> 0).toString(36));
    const text = `${phrase(round)}${filler.join('').slice(0, distance)}${phrase(round)}`;
    return Buffer.from(text.slice(0, 40_000));
  });
}

describe('what a client sends', () => {
  const LARGE: CompressionOptions = { preset: 'large', thresholdBytes: 0 };

  for (const bits of [9, 10, 11, 12, 13, 14, 15]) {
    it(`keeps to client_max_window_bits=${bits}, and uses it`, async () => {
      const { connection, peer } = await answered(`${PMD}; client_max_window_bits=${bits}`, {
        compression: LARGE,
      });
      const inflate = referenceInflater({ windowBits: bits });
      let history = Buffer.alloc(0);
      let farthest = 0;
      for (const data of telltale()) {
        connection.send(data);
        const { compressed, payload } = await peer.message();
        expect(compressed).toBe(true);
        expect((await inflate(payload)).equals(data)).toBe(true);
        farthest = Math.max(farthest, tinyInflate(payload, history, 1 << bits).farthest);
        history = Buffer.concat([history, data]).subarray(-(1 << bits));
      }
      expect(farthest).toBeLessThanOrEqual(1 << bits);
      // zlib stays 262 octets within its window.
      expect(farthest).toBeGreaterThan(((1 << bits) - 262) / 2);
    });
  }

  it('keeps to the window of its own preset where the answer allows more', async () => {
    const { connection, peer } = await answered(PMD);
    const inflate = referenceInflater({ windowBits: 12 });
    for (const data of telltale()) {
      connection.send(data);
      expect((await inflate((await peer.message()).payload)).equals(data)).toBe(true);
    }
  });

  it('is not compressed with client_max_window_bits=8', async () => {
    const { connection, peer } = await answered(`${PMD}; client_max_window_bits=8`, { compression: LARGE });
    expect(connection.extensions).toEqual([PMD]);
    for (const compress of [undefined, true]) {
      connection.send('a'.repeat(5000), compress === undefined ? {} : { compress });
      expect(await peer.message()).toMatchObject({ compressed: false, frames: [5000] });
    }
    // The other direction is.
    const seen = collect(connection.messages$);
    peer.send(TEXT, Buffer.from('f248cdc9c90700', 'hex'));
    await until(() => seen.values.length === 1);
    expect(seen.values).toEqual([{ type: 'text', data: 'Hello' }]);
  });

  it('begins anew with each message after client_no_context_takeover', async () => {
    const { connection, peer } = await answered(`${PMD}; client_no_context_takeover`, { compression: LARGE });
    const payloads: Buffer[] = [];
    for (let i = 0; i < 3; i++) {
      connection.send('the same again, the same again');
      payloads.push((await peer.message()).payload);
    }
    expect(payloads[1]).toEqual(payloads[0]);
    expect(payloads[2]).toEqual(payloads[0]);
    expect((await referenceInflater({})(payloads[2]!)).toString()).toBe('the same again, the same again');
  });

  it('refers back to earlier messages otherwise, unless its own options say not to', async () => {
    const noise = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * i * 31 + i) & 0xff));
    for (const [compression, refers] of [
      [LARGE, true],
      [{ ...LARGE, clientNoContextTakeover: true }, false],
    ] as const) {
      const { connection, peer } = await answered(PMD, { compression });
      connection.send(noise);
      connection.send(noise);
      const first = await peer.message();
      const second = await peer.message();
      expect(second.payload.length < first.payload.length / 4).toBe(refers);
    }
  });
});

describe('what a client receives', () => {
  for (const windowBits of [9, 12, 15]) {
    for (const takeover of [true, false]) {
      it(`is read with a window of ${windowBits}, takeover ${takeover}`, async () => {
        const flag = takeover ? '' : '; server_no_context_takeover';
        const { connection, peer } = await answered(`${PMD}; server_max_window_bits=${windowBits}${flag}`);
        const deflate = referenceDeflater({ windowBits, takeover });
        const seen = collect(connection.messages$);
        const sent = [...telltale(), Buffer.alloc(0), ...telltale().reverse()];
        for (const data of sent) peer.send(BINARY, await deflate(data));
        await until(() => seen.values.length === sent.length);
        expect(seen.values.every(({ data }, i) => sent[i]!.equals(Buffer.from(data as Uint8Array)))).toBe(
          true,
        );
      });
    }
  }

  it('is read although it comes in the chunk of the answer', async () => {
    const server = await rawServer();
    const opening = openConnection(server.url, { logger: {} });
    const peer = await server.next();
    const head = acceptHead(await peer.headCame(), [`Sec-WebSocket-Extensions: ${PMD}`]);
    const frames = Buffer.from('c107f248cdc9c90700' + 'c105f200110000', 'hex');
    peer.write(Buffer.concat([Buffer.from(head, 'latin1'), frames]));
    const connection = owned(await opening);
    const seen = collect(connection.messages$);
    await until(() => seen.values.length === 2);
    expect(seen.values.map(({ data }) => data)).toEqual(['Hello', 'Hello']);
  });
});
