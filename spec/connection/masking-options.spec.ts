import '../support/seed.js';
import fc from 'fast-check';
import { ProtocolError } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { ended, watchResources } from '../support/harness.js';
import { memoryConnections } from '../support/memory-peer.js';
import { turns, until } from '../support/turns.js';

watchResources();

const MASK = 0x80;
const flag = fc.boolean();

/** The bytes of the one frame that `send` makes, as they arrive. */
async function onTheWire(
  options: { readonly maskFrames?: boolean; readonly applyMask?: boolean },
  from: 'client' | 'server',
): Promise<Buffer> {
  const lenient = { ...options, acceptMasked: true };
  const { client, server } = memoryConnections(lenient, { ...options, requireMasked: false });
  const [sender, receiver] = from === 'client' ? [client, server] : [server, client];
  const chunks = collect(receiver.bytes$);
  receiver.discard();
  sender.send('hello');
  await until(() => chunks.values.length > 0);
  return Buffer.concat(chunks.values);
}

describe('masking options', () => {
  it('of both sides decide together what is taken: a server wants masks, a client none', async () => {
    await fc.assert(
      fc.asyncProperty(
        flag,
        flag,
        flag,
        flag,
        async (clientMasks, serverMasks, requireMasked, acceptMasked) => {
          const { client, server } = memoryConnections(
            { maskFrames: clientMasks, acceptMasked, keepAlive: false },
            { maskFrames: serverMasks, requireMasked, keepAlive: false },
          );
          const [atServer, atClient] = [collect(server.messages$), collect(client.messages$)];
          client.send('up');
          await turns(4);
          const serverTakes = clientMasks || !requireMasked;
          expect(atServer.values.length).toBe(serverTakes ? 1 : 0);
          if (!serverTakes) {
            const info = await ended(server);
            expect(info.cause).toBeInstanceOf(ProtocolError);
            expect(info).toMatchObject({ sent: { code: 1002 }, cause: { section: '5.1' } });
            return;
          }
          server.send('down');
          await turns(4);
          const clientTakes = !serverMasks || acceptMasked;
          expect(atClient.values.length).toBe(clientTakes ? 1 : 0);
          if (clientTakes) return;
          expect(await ended(client)).toMatchObject({ sent: { code: 1002 }, cause: { section: '5.1' } });
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['client', undefined, true],
    ['client', false, false],
    ['server', undefined, false],
    ['server', true, true],
  ] as const)('maskFrames: a %s told %s masks: %s', async (from, maskFrames, masks) => {
    const bytes = await onTheWire({ ...(maskFrames !== undefined && { maskFrames }) }, from);
    expect((bytes[1]! & MASK) !== 0).toBe(masks);
    expect(bytes).toHaveLength(masks ? 11 : 7);
  });

  it('applyMask false leaves payloads as they are, under the MASK bit and a key, both ways', async () => {
    const maskingKey = (): Uint8Array => Uint8Array.of(1, 2, 3, 4);
    const bytes = await onTheWire({ applyMask: false }, 'client');
    expect(bytes[1]! & MASK).toBe(MASK);
    expect([...bytes.subarray(2, 6)]).not.toEqual([0, 0, 0, 0]);
    expect(bytes.subarray(6).toString()).toBe('hello');
    const { client, server } = memoryConnections({ applyMask: false, maskingKey }, { applyMask: false });
    const seen = collect(server.messages$);
    client.send('as it is');
    await until(() => seen.values.length === 1);
    expect(seen.values).toEqual([{ type: 'text', data: 'as it is' }]);
  });

  it('maskingKey makes the key of each frame', async () => {
    let next = 0;
    const { client, server } = memoryConnections({ maskingKey: () => Uint8Array.of(9, 9, 9, next++) }, {});
    const chunks = collect(server.bytes$);
    server.discard();
    client.send('');
    client.send('');
    await until(() => Buffer.concat(chunks.values).length === 12);
    const bytes = Buffer.concat(chunks.values);
    expect([...bytes.subarray(2, 6), ...bytes.subarray(8, 12)]).toEqual([9, 9, 9, 0, 9, 9, 9, 1]);
  });

  it.each<[string, () => Uint8Array]>([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['gives too little', () => new Uint8Array(3)],
    ['gives a text', () => 'abcd' as never],
  ])('a maskingKey that %s when a Ping is answered ends its connection only', async (_name, maskingKey) => {
    const { client, server } = memoryConnections({ maskingKey }, {});
    client.discard();
    server.discard();
    collect(server.ping());
    const { code, cause } = await ended(client);
    expect(code).toBe(1006);
    expect(cause).toBeDefined();
    expect(await ended(server)).toMatchObject({ code: 1006 });
  });
});
