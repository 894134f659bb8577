import fc from 'fast-check';
import { from, toArray, lastValueFrom } from 'rxjs';
import { decodeFrames, decodeMessages, deflate, encodeFrames, fragment } from 'rxwire/operators';
import { type Frame, makeFrame, type Message, type NegotiatedExtension, Opcode } from 'rxwire/protocol';
import '../../support/seed.js';
import { byteByByte, chunk, cutAt } from 'rxwire/testing';
import { controlFrames, chunkings, messages } from 'rxwire/testing/arbitraries';
import { byAsking, byParts, describeMessage, inOnePass } from '../../support/decoding.js';
import { agreedToy } from '../../support/toy-extensions.js';

const SETS: readonly (readonly [string, () => readonly NegotiatedExtension[]])[] = [
  ['a message extension', () => [agreedToy()]],
  ['one without a reserved bit', () => [agreedToy({ rsv: 0 })]],
  ['a frame extension', () => [agreedToy({ level: 'frame' })]],
  ['one that takes long payloads apart', () => [agreedToy({ wholeBytes: 20 })]],
  ['one that wants only long payloads', () => [agreedToy({ thresholdBytes: 10 })]],
  ['two for messages', () => [agreedToy({ rsv: 4, wholeBytes: 50 }), agreedToy({ name: 'other', rsv: 1 })]],
  [
    'three on both levels',
    () => [
      agreedToy({ name: 'a', rsv: 4, level: 'frame', thresholdBytes: 5 }),
      agreedToy({ name: 'b', rsv: 2, thresholdBytes: 3 }),
      agreedToy({ name: 'c', rsv: 1, wholeBytes: 30 }),
    ],
  ],
];

/** What a peer with these extensions sends: messages cut into frames, with control frames in every gap. */
async function wire(
  sent: readonly Message[],
  control: readonly Frame[],
  extensions: readonly NegotiatedExtension[],
  size: number,
): Promise<Uint8Array> {
  const whole = sent.map(({ type, data }) => makeFrame(type === 'text' ? Opcode.text : Opcode.binary, data));
  const byMessage = extensions.filter(({ level }) => level === 'message');
  const byFrame = extensions.filter(({ level }) => level === 'frame');
  let frames$ = from(whole);
  for (const extension of byMessage) frames$ = frames$.pipe(deflate(extension));
  frames$ = frames$.pipe(fragment(size));
  for (const extension of byFrame) frames$ = frames$.pipe(deflate(extension));
  const frames = await lastValueFrom(frames$.pipe(toArray()));
  const between = frames.flatMap((frame, index) => [frame, ...control.slice(index, index + 1)]);
  return Buffer.concat(await lastValueFrom(from(between).pipe(encodeFrames({ role: 'client' }), toArray())));
}

describe.each(SETS)('with %s', (_, extensions) => {
  it('messages come back, in one pass and by parts, under any chunking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(messages(), { maxLength: 6 }),
        fc.array(controlFrames, { maxLength: 4 }),
        fc.integer({ min: 1, max: 400 }),
        chunkings,
        async (sent, control, size, cutting) => {
          const bytes = await wire(sent, control, extensions(), size);
          for (const decode of [inOnePass, byParts, byAsking]) {
            const { events, error } = decode(chunk(bytes, cutting), {
              role: 'server',
              extensions: extensions(),
            });
            expect(error).toBeUndefined();
            expect(events.filter((event) => !/^p[io]ng:/.test(event))).toEqual(sent.map(describeMessage));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a frame of an opcode of its own', () => {
  const own = (): { extension: NegotiatedExtension; seen: Frame[] } => {
    const seen: Frame[] = [];
    return { seen, extension: agreedToy({ opcodes: [3, 0xb], onFrame: (frame) => void seen.push(frame) }) };
  };

  it('is handed to the extension, whole, wherever it comes between frames', () => {
    const frames = [
      makeFrame(Opcode.text, 'a', { fin: false }),
      makeFrame(3, 'x'.repeat(300)),
      makeFrame(0xb, 'beside'),
      makeFrame(Opcode.continuation, 'b'),
    ];
    const sent: Uint8Array[] = [];
    from(frames)
      .pipe(encodeFrames({ role: 'client' }))
      .subscribe((bytes) => void sent.push(bytes));
    const bytes = Buffer.concat(sent);
    for (const chunks of [[bytes], byteByByte(bytes), cutAt(bytes, [3, 100, 300])]) {
      const { extension, seen } = own();
      const events: unknown[] = [];
      from(chunks)
        .pipe(decodeMessages({ role: 'server', extensions: [extension] }))
        .subscribe((message) => void events.push(message));
      expect(events).toEqual([{ type: 'text', data: 'ab' }]);
      expect(seen.map(({ opcode, payload }) => [opcode, Buffer.from(payload).toString()])).toEqual([
        [3, 'x'.repeat(300)],
        [0xb, 'beside'],
      ]);
    }
  });

  it('is an error without the extension, and fragmented', () => {
    const failures: unknown[] = [];
    const fail = { error: (error: unknown) => void failures.push(error) };
    const bytes = Uint8Array.of(0x83, 0);
    from([bytes])
      .pipe(decodeMessages({ role: 'client' }))
      .subscribe(fail);
    const { extension } = own();
    from([Uint8Array.of(0x03, 0)])
      .pipe(decodeFrames({ role: 'client', extensions: [extension] }))
      .subscribe(fail);
    expect(failures).toMatchObject([{ closeCode: 1002 }, { closeCode: 1002 }]);
  });

  it('may be as long as a data frame, or a control frame', () => {
    const failures: unknown[] = [];
    const { extension } = own();
    for (const [head, limits] of [
      ['837e0081', { maxMessageBytes: 100 }],
      ['8b7e007e', {}],
    ] as const) {
      from([Buffer.from(head, 'hex')])
        .pipe(decodeMessages({ role: 'client', extensions: [extension], limits }))
        .subscribe({ error: (error: unknown) => void failures.push(error) });
    }
    expect(failures).toMatchObject([{ closeCode: 1009 }, { closeCode: 1002 }]);
  });
});
