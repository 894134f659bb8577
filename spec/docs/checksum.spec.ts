import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { firstValueFrom, map, merge, take, toArray } from 'rxjs';
import {
  binary,
  type ClientOptions,
  type Extension,
  type Frame,
  LimitError,
  type Message,
  NegotiationError,
  openServer,
  permessageDeflate,
  type SendOptions,
  type Server,
  text,
  type Transform,
  type TransformSession,
} from 'rxwire';
import { confirmAnswer, HeaderFields, parseExtensions } from 'rxwire/protocol';
import { numRuns } from '../support/seed.js';
import { ended, startClient, startServer, watchResources } from '../support/harness.js';

watchResources();

/** Each run opens a connection. */
const RUNS = Math.min(numRuns, 50);
const KEY = Buffer.alloc(32, 7);
let checksum: (key: Uint8Array) => Extension;

beforeAll(async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const example = await import('../../examples/checksum.js');
  await example.talked;
  log.mockRestore();
  checksum = example.checksum;
});

/** The ways to have it: alone, and on either side of compression. */
const WAYS: Readonly<Record<string, () => ClientOptions>> = {
  'by itself': () => ({ compression: false, extensions: [checksum(KEY)] }),
  'before compression': () => ({ extensions: [checksum(KEY), permessageDeflate()] }),
  'behind compression': () => ({ extensions: [checksum(KEY)] }),
};

const USED: Readonly<Record<string, readonly string[]>> = {
  'by itself': ['x-checksum'],
  'before compression': ['x-checksum', 'permessage-deflate'],
  'behind compression': ['permessage-deflate', 'x-checksum'],
};

interface Sent {
  readonly message: Message;
  readonly options: SendOptions;
}

const bodies = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).map(text),
  fc.nat({ max: 3000 }).map((length) => text('compressible '.repeat(length))),
  fc.uint8Array({ maxLength: 300 }).map(binary),
);
const howSent = fc.oneof(
  fc.constant<SendOptions>({}),
  fc.boolean().map((compress): SendOptions => ({ compress })),
  fc.integer({ min: 1, max: 200 }).map((fragmentBytes): SendOptions => ({ fragmentBytes })),
);
const sequences: fc.Arbitrary<Sent[]> = fc.array(fc.record({ message: bodies, options: howSent }), {
  minLength: 1,
  maxLength: 6,
});

function plain({ type, data }: Message): unknown {
  return [type, typeof data === 'string' ? data : [...data]];
}

const WRONG = '1008 message # of the client has a wrong code';
const NOT_INFLATED = '1007 compressed payload cannot be inflated';

/** The beginning of an outcome, without what differs. */
function shortened(outcome: string | Uint8Array): string {
  return String(outcome)
    .replace(/: .*/, '')
    .replace(/message \d/, 'message #');
}

describe.each(Object.keys(WAYS))('the checksum, %s', (way) => {
  let server: Server;
  beforeEach(async () => {
    server = await openServer({
      host: '127.0.0.1',
      compression: true,
      extensions: [checksum(KEY)],
      logger: {},
    });
    server.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  });
  afterEach(() => server.close());

  it('gives back what was sent, both ways, in order', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const connection = await startClient(server.url, WAYS[way]!());
        expect(connection.extensions).toEqual(USED[way]);
        const back = firstValueFrom(connection.messages$.pipe(take(sequence.length), toArray()));
        for (const { message, options } of sequence) connection.send(message, options);
        expect((await back).map(plain)).toEqual(sequence.map(({ message }) => plain(message)));
        connection.close();
        await ended(connection);
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  /** The frames of the first two messages of a connection, as they are on the wire. */
  async function framesOf(...data: [string, string]): Promise<[Frame, Frame]> {
    const connection = await startClient(server.url, WAYS[way]!());
    const frames = firstValueFrom(connection.sentFrames$.pipe(take(2), toArray()));
    for (const each of data) connection.send(each);
    return (await frames) as [Frame, Frame];
  }

  it('never lets through what was changed on its way', async () => {
    const data = 'this is what was sent, and nothing else was, and it is what was sent';
    const [frame] = await framesOf(data, '');
    const altered = fc.uniqueArray(fc.nat({ max: frame.length * 8 - 1 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(altered, fc.boolean(), async (bits, plainly) => {
        const payload = Uint8Array.from(frame.payload);
        for (const bit of bits) payload[bit >> 3]! ^= 1 << (bit & 7);
        const connection = await startClient(server.url, WAYS[way]!());
        const outcome = firstValueFrom(
          merge(
            connection.messages$.pipe(map((message) => message.data)),
            connection.closed$.pipe(map(({ code, reason }) => `${String(code)} ${reason}`)),
          ),
        );
        if (way === 'before compression') {
          // Whether it is compressed may be changed as well; what is not even compressed data has its own error, and some bits of
          // that mean nothing.
          connection.sendFrame({ ...frame, rsv: plainly ? 0 : frame.rsv, payload });
          expect([data, WRONG, NOT_INFLATED]).toContainEqual(shortened(await outcome));
        } else {
          connection.sendFrame({ ...frame, payload });
          expect(shortened(await outcome)).toBe(WRONG);
        }
        connection.terminate();
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  it.each<[string, (first: Frame, second: Frame) => Frame[]]>([
    ['repeated', (first) => [first, first]],
    ['left out', (first, second) => [second, first]],
    ['without its code', (first) => [{ ...first, rsv: 0, length: 2, payload: Buffer.from('hi') }]],
    ['empty', (first) => [{ ...first, rsv: 0, length: 0, payload: Buffer.alloc(0) }]],
  ])('fails at a message that is %s', async (_what, choose) => {
    const first = await framesOf('a', 'b');
    const connection = await startClient(server.url, WAYS[way]!());
    for (const frame of choose(...first)) connection.sendFrame(frame);
    const info = await ended(connection);
    expect(shortened(`${String(info.code)} ${info.reason}`)).toBe(WRONG);
  });

  it('takes a long message, which goes through in pieces, and none over the limit', async () => {
    const maxMessageBytes = 5 * 1024 * 1024;
    const large = await startServer({ compression: true, extensions: [checksum(KEY)], maxMessageBytes });
    const arrival = firstValueFrom(large.connections$);
    const connection = await startClient(large.url, WAYS[way]!());
    const data = randomBytes(maxMessageBytes - 64 * 1024);
    connection.send(data);
    const message = await firstValueFrom((await arrival).messages$);
    expect(data.equals(message.data as Uint8Array)).toBe(true);
    connection.send(Buffer.alloc(maxMessageBytes + 1));
    expect(await ended(connection)).toMatchObject({ code: 1009 });
  });
});

describe('its transforms', () => {
  function transforms(): { readonly signing: Transform; readonly checking: Transform } {
    const [parameters] = checksum(KEY).offer();
    const signing = checksum(KEY).confirm(parameters!).outbound!();
    const checking = checksum(KEY).accept(parameters!, { headers: new HeaderFields([]) })!.inbound!();
    return { signing, checking };
  }

  it('keep pieces as they were, and give out what they make of them', () => {
    const { signing, checking } = transforms();
    const signed = signing.whole(Buffer.from('hello'), Infinity);
    const session = checking.open(5);
    const out: string[] = [];
    let calls = 0;
    for (let i = 0; i < signed.length; i++) {
      const piece = signed.slice(i, i + 1);
      session.push(
        piece,
        i === signed.length - 1,
        (bytes) => out.push(Buffer.from(bytes).toString()),
        (error) => {
          expect(error).toBeUndefined();
          calls++;
        },
      );
      piece.fill(0);
    }
    expect(out).toEqual(['hello']);
    expect(calls).toBe(signed.length);
  });

  it('collect no more than there may be, and call nothing when they were aborted', () => {
    const { checking } = transforms();
    const failures: (Error | undefined)[] = [];
    const push = (session: TransformSession, bytes: number): void => {
      session.push(new Uint8Array(bytes), false, neverEmits, (error) => void failures.push(error));
    };
    const session = checking.open(5);
    push(session, 5 + 16);
    push(session, 1);
    expect(failures).toEqual([undefined, expect.any(LimitError)]);
    const aborted = checking.open(5);
    aborted.abort();
    push(aborted, 1);
    expect(failures).toHaveLength(2);
  });
});

describe('its negotiation', () => {
  it.each(['', 'mac', 'mac=md5', 'mac=sha256; bits=8'])(
    'has no use for the parameters "%s"',
    (parameters) => {
      const value = parameters === '' ? 'x-checksum' : `x-checksum; ${parameters}`;
      const [offer] = parseExtensions(value)!;
      expect(checksum(KEY).accept(offer!.parameters, { headers: new HeaderFields([]) })).toBeUndefined();
      expect(() => confirmAnswer(value, [checksum(KEY)])).toThrow(NegotiationError);
    },
  );
});

function neverEmits(): never {
  throw new Error('emitted');
}
