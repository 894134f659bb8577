import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { constants, deflateRawSync } from 'node:zlib';
import { permessageDeflate, type Role } from '../../src/index.js';
import type { WebSocketConnection } from '../../src/connection/web-socket-connection.js';
import { agreedExtensions } from '../../src/protocol/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { type AnyOptions, memoryPeer } from '../support/memory-peer.js';
import type { RawPeer } from '../support/raw-peer.js';
import { turns, until } from '../support/turns.js';
import { closeBody } from 'rxwire/testing';
import { BINARY, CLOSE, closeOf, PING, PONG, TEXT } from '../support/wire-frames.js';
import { made } from '../properties/compressing.js';
import { bomb, MIB } from './bombs.js';
import { childProcesses } from './child.js';

watchResources();

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const ROLES = ['client', 'server'] as const;
const PMD = 'permessage-deflate';
const RSV1 = 4;

function compressing(
  role: Role,
  options: AnyOptions = {},
  parameters = '',
): { connection: WebSocketConnection; peer: RawPeer } {
  const agreed = agreedExtensions(PMD + parameters, [permessageDeflate()], role);
  return memoryPeer(role, { dropTimeoutMs: 50, keepAlive: false, ...options }, agreed);
}

/** The octets of one message in frames of `size`, with Pings between them. */
function fragments(peer: RawPeer, payload: Buffer, size: number, pings: boolean): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const fin = at + size >= payload.length;
    const options = { fin, rsv: at === 0 ? RSV1 : 0 };
    frames.push(peer.frame(at === 0 ? BINARY : 0, payload.subarray(at, at + size), options));
    if (!fin && pings) frames.push(peer.frame(PING, 'p'));
  }
  return Buffer.concat(frames);
}

/** What the Close frame says that comes behind Pongs. */
async function closing(peer: RawPeer): Promise<readonly [] | readonly [number, string]> {
  for (;;) {
    const frame = await peer.nextButPing();
    if (frame.opcode !== PONG) return closeOf(frame);
  }
}

/** Octets outside of the heap that are in use. */
async function outside(): Promise<number> {
  await turns(4);
  gc();
  return process.memoryUsage().arrayBuffers;
}

const HELLO = Buffer.from('f248cdc9c90700', 'hex');

function deflated(plain: Uint8Array): Buffer {
  return deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

describe.each(ROLES)('a bomb for a %s', (role) => {
  const whole = bomb(512 * MIB);

  it('is 512 MiB in half a megabyte', () => {
    expect(whole.length).toBeLessThan(550_000);
  });

  const bombs: readonly [string, Buffer, number, boolean, string][] = [
    ['in one frame', whole, Infinity, false, ''],
    ['in 2 fragments', whole, Math.ceil(whole.length / 2), false, ''],
    ['in 10 fragments', whole, Math.ceil(whole.length / 10), false, ''],
    ['in 10,000 fragments', whole, Math.ceil(whole.length / 10_000), false, ''],
    ['in 1,000 fragments with Pings between', whole, Math.ceil(whole.length / 1000), true, ''],
    [
      'without context takeover',
      whole,
      Infinity,
      false,
      '; server_no_context_takeover; client_no_context_takeover',
    ],
    ['that is inflated at once', bomb(60 * MIB), Infinity, false, ''],
    ['that is inflated at once, in fragments', bomb(60 * MIB), 100, true, ''],
    ['of twice the limit', bomb(2 * MIB), Infinity, false, ''],
  ];
  // They go the same way in both roles, so a client has a sample.
  it.each(role === 'server' ? bombs : bombs.filter((_, index) => index % 4 === 0))(
    '%s ends with 1009, and little more than the limit was ever allocated',
    async (_, payload, size, pings, parameters) => {
      const { connection, peer } = compressing(role, {}, parameters);
      const seen = collect(connection.messages$);
      peer.send(TEXT, HELLO, { rsv: RSV1 });
      await until(() => seen.values.length === 1);
      const frames = fragments(peer, payload, size, pings);
      const before = await outside();
      let peak = 0;
      // Nothing that the failure has dropped is collected yet when it is told of.
      connection.state$.subscribe(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers)));
      peer.write(frames);
      expect((await closing(peer))[0]).toBe(1009);
      // What has come is there twice: as it was written and as it arrived.
      expect(peak - before).toBeLessThan(MIB + frames.length + 384 * 1024);
      peer.stream.end();
      const { cause } = await ended(connection);
      expect(cause).toMatchObject({ code: 'RXWIRE_LIMIT', option: 'maxMessageBytes', limit: MIB });
      expect(seen.values).toHaveLength(1);
    },
  );

  it.each([
    ['the limit', 2 * MIB, 2 * MIB + 10],
    ['what is not UTF-8', 1000, 2 * MIB],
    ['what is not UTF-8, in what is inflated as it comes', 1000, 2 * MIB, 1],
  ])('in a text that breaks two rules ends once: %s comes first', async (_, valid, size, level = 9) => {
    const { connection, peer } = compressing(role);
    const text = Buffer.alloc(size, 'a').fill(0xff, valid, valid + 1);
    const payload = level === 9 ? deflated(text) : deflateRawSync(text, { level: 0 });
    peer.send(TEXT, payload.subarray(0, MIB), { rsv: RSV1 });
    expect([1007, 1009]).toContain((await closing(peer))[0]);
    peer.stream.end();
    await ended(connection);
    expect(peer.frames).toHaveLength(1);
  });
});

describe('what takes long and makes nothing', () => {
  it.each([
    ['10,000 empty blocks', 10_000],
    ['a megabyte of them', 200_000],
  ])('is an empty message: %s', async (_, blocks) => {
    const { connection, peer } = compressing('server');
    const seen = collect(connection.messages$);
    const block = Buffer.from('000000ffff', 'hex');
    const payload = Buffer.concat([...Array.from({ length: blocks }, () => block), Buffer.of(0)]);
    peer.send(BINARY, payload, { rsv: RSV1 });
    peer.send(TEXT, HELLO, { rsv: RSV1 });
    await until(() => seen.values.length === 2);
    expect(seen.values).toEqual([
      { type: 'binary', data: new Uint8Array(0) },
      { type: 'text', data: 'Hello' },
    ]);
  });

  it('is refused with 1009 once that is over the limit on the wire itself', async () => {
    const { connection, peer } = compressing('server', { maxMessageBytes: 10_000 });
    const block = Buffer.from('000000ffff', 'hex');
    const payload = Buffer.concat(Array.from({ length: 3000 }, () => block));
    peer.write(fragments(peer, payload, 50, false));
    expect((await closing(peer))[0]).toBe(1009);
    peer.stream.end();
    await ended(connection);
  });

  it('is refused with 1008 as too many fragments, empty or of one octet', async () => {
    for (const octets of [Buffer.alloc(0), Buffer.of(0xff)]) {
      const { connection, peer } = compressing('server', { maxFragments: 1000 });
      peer.send(BINARY, Buffer.of(0x02), { rsv: RSV1, fin: false });
      const fragment = peer.frame(0, octets, { fin: false });
      peer.write(Buffer.concat(Array.from({ length: 1000 }, () => fragment)));
      expect((await closing(peer))[0]).toBe(1008);
      peer.stream.end();
      await ended(connection);
    }
  });

  it('is given no memory for what a header announces', async () => {
    const peers = Array.from({ length: 200 }, () => compressing('server'));
    const before = await outside();
    for (const { peer } of peers) peer.write(Buffer.from('c2ff000000000010000000000000', 'hex'));
    expect((await outside()) - before).toBeLessThan(200 * 8 * 1024);
    expect(peers.every(({ connection }) => connection.state === 'open')).toBe(true);
  });
});

/** The ways that a message can come, and whether it is long. */
const WAYS: readonly (readonly [string, string, boolean, number])[] = [
  ['that is not compressed', '', false, 10_000],
  ['with context takeover', '', true, 10_000],
  ['without', '; server_no_context_takeover; client_no_context_takeover', true, 10_000],
  ['that is inflated outside of the event loop', '', true, 100_000],
];

describe.each(ROLES)('the limit of a %s', (role) => {
  describe.each(WAYS)('for a message %s', (_, parameters, compressed, limit) => {
    it.each([
      ['in one frame', false, false],
      ['in fragments', true, false],
      ['in fragments with Pings between', true, true],
    ])('%s lets through what it allows and not an octet more', async (_name, cut, pings) => {
      for (const kind of ['noise', 'run'] as const) {
        for (const size of [limit - 1, limit, limit + 1]) {
          const { connection, peer } = compressing(role, { maxMessageBytes: limit }, parameters);
          const seen = collect(connection.messages$);
          if (compressed) peer.send(TEXT, HELLO, { rsv: RSV1 });
          const plain = made({ kind, size, salt: 7 });
          const payload = compressed ? deflated(plain) : plain;
          const pieces = fragments(peer, payload, cut ? Math.ceil(payload.length / 4) : Infinity, pings);
          if (!compressed) pieces[0]! &= 0x8f;
          peer.write(pieces);
          peer.send(CLOSE, closeBody(1000));
          expect((await closing(peer))[0]).toBe(size > limit ? 1009 : 1000);
          peer.stream.end();
          await ended(connection);
          const last = seen.values.filter(({ type }) => type === 'binary');
          expect(last.map(({ data }) => plain.equals(data as Uint8Array))).toEqual(
            size > limit ? [] : [true],
          );
        }
      }
    });
  });
});

describe('a short payload of a long message', () => {
  it.each([
    ['in one frame', Infinity],
    ['in fragments', 1000],
  ])('is inflated within a larger limit, in order and with what came before it: %s', async (_, size) => {
    const { connection, peer } = compressing('server', { maxMessageBytes: 8 * MIB });
    const seen = collect(connection.messages$);
    const again = Buffer.from('f200110000', 'hex');
    peer.send(BINARY, HELLO, { rsv: RSV1 });
    // "Hello" once more, from five octets back, and then six megabytes.
    peer.write(
      fragments(peer, Buffer.concat([again, Buffer.from('0000ffff', 'hex'), bomb(6 * MIB)]), size, true),
    );
    peer.send(BINARY, bomb(100), { rsv: RSV1 });
    await until(() => seen.values.length === 3);
    const [, long, last] = seen.values.map(({ data }) => Buffer.from(data as Uint8Array));
    expect(long?.equals(Buffer.concat([Buffer.from('Hello'), Buffer.alloc(6 * MIB)]))).toBe(true);
    expect(last?.equals(Buffer.alloc(100))).toBe(true);
  });
});

describe('a process', () => {
  const run = childProcesses();
  const bombed = (what: string) => run('compression-child.cjs', [what], { nodeArgs: ['--expose-gc'] });

  it('that is bombed by a hundred at once inflates for two of them, and has little for each', async () => {
    const { code, stdout, stderr } = await bombed('bombs');
    expect([code, stderr]).toEqual([0, '']);
    const { codes, peak, most, now, served } = JSON.parse(stdout) as Record<string, unknown>;
    expect(codes).toEqual([1009]);
    expect([most, now]).toEqual([2, 0]);
    expect(served).toBeGreaterThan(0);
    // Two reads of 64 KiB, and both put together; the limit for each of the two.
    expect(peak).toBeLessThan(100 * 320 * 1024);
  }, 60_000);

  it('ends by itself after both sides have given up while zlib was at work', async () => {
    expect(await bombed('terminate')).toEqual({ code: 0, stdout: 'done', stderr: '' });
  }, 60_000);
});
