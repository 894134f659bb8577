import fc from 'fast-check';
import '../support/seed.js';
import { byteByByte, chunk, wireTo } from 'rxwire/testing';
import { closeFrames, chunkings, hostileBytes, maskingKeys, roles, wires } from 'rxwire/testing/arbitraries';
import {
  byAsking,
  byParts,
  byStreams,
  byStreamsAlone,
  describeMessage,
  inOnePass,
  type Outcome,
} from '../support/decoding.js';

const WAYS = [inOnePass, byParts, byAsking, byStreams, byStreamsAlone];

describe('what one side encodes', () => {
  it('is what the other side decodes, under any mask and any chunking', () => {
    fc.assert(
      fc.property(wires(), chunkings, ({ role, bytes, messages }, cutting) => {
        const wanted = messages.map(describeMessage);
        for (const decode of WAYS) {
          const { events, error } = decode(chunk(bytes, cutting), { role });
          expect(error).toBeUndefined();
          expect(events.filter((event) => !/^p[io]ng:/.test(event))).toEqual(wanted);
        }
      }),
    );
  });

  it('is decoded in the order it was sent, Pings and Pongs included', () => {
    fc.assert(
      fc.property(wires(), chunkings, ({ role, bytes }, cutting) => {
        const whole = inOnePass([bytes], { role });
        for (const decode of WAYS) expect(decode(chunk(bytes, cutting), { role })).toEqual(whole);
        expect(inOnePass(byteByByte(bytes), { role })).toEqual(whole);
      }),
    );
  });

  it('ends at the Close frame, whatever follows it', () => {
    const rest = fc.uint8Array({ maxLength: 20 });
    fc.assert(
      fc.property(wires(), closeFrames, maskingKeys, rest, chunkings, (wire, close, key, noise, cutting) => {
        const { role, bytes } = wire;
        const ended = Buffer.concat([bytes, wireTo(role, [close], [key])]);
        const wanted = inOnePass([ended], { role });
        expect(wanted.error).toBeUndefined();
        expect(wanted.close).toBeDefined();
        const followed = Buffer.concat([ended, noise]);
        for (const decode of WAYS) expect(decode(chunk(followed, cutting), { role })).toEqual(wanted);
      }),
    );
  });
});

describe('bytes of any kind', () => {
  const DOCUMENTED: Readonly<Record<string, readonly number[]>> = {
    RXWIRE_PROTOCOL: [1002],
    RXWIRE_TEXT: [1007],
    RXWIRE_LIMIT: [1008, 1009],
    RXWIRE_TRUNCATED: [1006],
  };
  const limits = { maxMessageBytes: 100, maxFrameBytes: 60, maxFragments: 3 };

  it('end in messages or in a documented error with its close code, never in another', () => {
    fc.assert(
      fc.property(hostileBytes, roles, chunkings, (bytes, role, cutting) => {
        for (const decode of WAYS) {
          const { error } = decode(chunk(bytes, cutting), { role, limits });
          if (error !== undefined) expect(DOCUMENTED[String(error.code)]).toContain(error.closeCode);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('mean the same however they are cut', () => {
    fc.assert(
      fc.property(hostileBytes, roles, chunkings, (bytes, role, cutting) => {
        const whole = inOnePass([bytes], { role, limits });
        expect(inOnePass(chunk(bytes, cutting), { role, limits })).toEqual(whole);
        expect(inOnePass(byteByByte(bytes), { role, limits })).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('mean the same to the one operator and to its parts, unless they stop inside a frame', () => {
    fc.assert(
      fc.property(hostileBytes, roles, chunkings, (bytes, role, cutting) => {
        const chunks = chunk(bytes, cutting);
        const parts = byParts(chunks, { role, limits });
        const pass = inOnePass(chunks, { role, limits });
        expect(pass.events).toEqual(parts.events);
        // The parts look at text when its frame is whole; in a frame that never is, only the one operator does.
        if (parts.error?.code !== 'RXWIRE_TRUNCATED') expect(pass).toEqual(parts);
      }),
      { numRuns: 500 },
    );
  });

  it('mean the same part by part, beside whole messages and in their place', () => {
    fc.assert(
      fc.property(hostileBytes, roles, chunkings, (bytes, role, cutting) => {
        const chunks = chunk(bytes, cutting);
        expect(byStreams(chunks, { role, limits })).toEqual(byAsking(chunks, { role, limits }));
        const loose = { maxMessageBytes: 100 };
        expect(byStreamsAlone(chunks, { role, limits: loose })).toEqual(
          byAsking(chunks, { role, limits: loose }),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each(WAYS.map((decode) => [decode.name || 'decode', decode] as const))(
    'are not changed by decoding, and decode to the same again (%s)',
    (_, decode) => {
      fc.assert(
        fc.property(
          fc.oneof(
            hostileBytes,
            wires().map(({ bytes }) => bytes),
          ),
          roles,
          chunkings,
          (bytes, role, cutting) => {
            const chunks = chunk(bytes, cutting);
            const first = decode(chunks, { role });
            expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
            expect(decode(chunks, { role })).toEqual(first);
          },
        ),
      );
    },
  );

  it('decode to the same where the decoder may write into them', () => {
    fc.assert(
      fc.property(wires(), chunkings, ({ role, bytes }, cutting) => {
        const wanted: Outcome = inOnePass([bytes], { role });
        for (const decode of WAYS) {
          expect(decode(chunk(bytes, cutting), { role, ownsInput: true })).toEqual(wanted);
        }
      }),
    );
  });
});
