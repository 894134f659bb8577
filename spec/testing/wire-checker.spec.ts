import fc from 'fast-check';
import { encodeFrame, readMaskingKey, type Role } from 'rxwire/protocol';
import { chunk, closeBody, WireChecker, wireFrame, type WireFrameInit, wireTo } from 'rxwire/testing';
import { chunkings, closeFrames, hostileBytes, maskingKeys, roles, wires } from 'rxwire/testing/arbitraries';
import '../support/seed.js';
import { inOnePass } from '../support/decoding.js';

const [CONTINUATION, TEXT, BINARY, CLOSE, PING] = [0, 1, 2, 8, 9];
const senderTo = (role: Role): Role => (role === 'client' ? 'server' : 'client');

function sectionsOf(frames: readonly WireFrameInit[], extensions: readonly string[] = []): string[] {
  const checker = new WireChecker({ role: 'server', extensions });
  for (const frame of frames) checker.push(wireFrame(frame));
  return checker.violations.map(({ section }) => section);
}

describe('WireChecker', () => {
  it('accuses nobody of what is right, under any mask and any chunking, the Close frame included', () => {
    fc.assert(
      fc.property(wires(), closeFrames, maskingKeys, chunkings, ({ role, bytes }, close, key, chunking) => {
        const checker = new WireChecker({ role: senderTo(role) });
        const all = Buffer.concat([bytes, wireTo(role, [close], [key])]);
        for (const piece of chunk(all, chunking)) expect(checker.push(piece)).toEqual([]);
        expect(checker.end()).toEqual([]);
        expect(checker.violations).toEqual([]);
      }),
    );
  });

  it('accuses nobody of what the encoder of the library sends', () => {
    fc.assert(
      fc.property(wires(), maskingKeys, ({ role, frames }, key) => {
        const checker = new WireChecker({ role: senderTo(role) });
        const masked = role === 'server' ? readMaskingKey(key, 0) : undefined;
        for (const frame of frames) checker.push(encodeFrame(frame, masked));
        expect(checker.violations).toEqual([]);
      }),
    );
  });

  it('says of any octets what the decoder says, where no limit decides, however they are cut', () => {
    const limits = { maxMessageBytes: Infinity, maxFrameBytes: Infinity, maxFragments: Infinity };
    fc.assert(
      fc.property(hostileBytes, roles, chunkings, (bytes, role, chunking) => {
        const checker = new WireChecker({ role: senderTo(role) });
        for (const piece of chunk(bytes, chunking)) checker.push(piece);
        checker.end();
        const { error, close } = inOnePass([bytes], { role, limits });
        const [first] = checker.violations;
        // A frame over 2^53 is right by the RFC, and more than can be counted.
        if (error?.code === 'RXWIRE_LIMIT') return;
        // The decoder judges the octets of a header one by one, the checker the whole header.
        if (first?.closeCode === 1006) expect([1002, 1006]).toContain(error?.closeCode);
        // The checker judges the reason of a Close frame octet by octet, the decoder when it has all of it.
        else if (error?.closeCode === 1006) expect(first?.message).toContain('reason that is not UTF-8');
        else if (close !== undefined) expect(first?.closeCode).toBeUndefined();
        else expect(first?.closeCode).toBe(error?.closeCode);
      }),
      { numRuns: 2000 },
    );
  });

  it('has its octets by the place of the frame', () => {
    const checker = new WireChecker({ role: 'server' });
    const sound = wireFrame({ opcode: TEXT, payload: 'right' });
    expect(checker.push(sound)).toEqual([]);
    expect(checker.push(wireFrame({ opcode: 3 }))).toEqual([
      { section: '5.2', message: 'a frame with opcode 3 has a reserved opcode', offset: 7, closeCode: 1002 },
    ]);
    expect(checker.push(sound)).toEqual([]);
    expect(checker.violations).toHaveLength(1);
  });

  it('judges a header when it is there, and not when its payload is', () => {
    const checker = new WireChecker({ role: 'server' });
    expect(checker.push(wireFrame({ opcode: PING, payload: 'x'.repeat(126) }).subarray(0, 4))).toMatchObject([
      { section: '5.5', message: 'a Ping has 126 octets, at most 125 may be' },
    ]);
  });

  it('judges text at the octet that cannot be, also in a frame that is not whole', () => {
    const checker = new WireChecker({ role: 'server' });
    const frame = wireFrame({ opcode: TEXT, payload: Buffer.from('ab\xff…', 'latin1') });
    expect(checker.push(frame.subarray(0, 4))).toEqual([]);
    expect(checker.push(frame.subarray(4, 5))).toMatchObject([{ section: '8.1', closeCode: 1007 }]);
    expect(checker.push(frame.subarray(5))).toEqual([]);
  });

  it('lets Pings between fragments pass, and a text whose code points are cut', () => {
    const [a, b] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü').subarray(1)];
    const frames = [
      { opcode: TEXT, payload: a, fin: false },
      { opcode: PING },
      { opcode: CONTINUATION, payload: b },
    ];
    expect(sectionsOf(frames)).toEqual([]);
  });

  it('accuses each frame behind the Close frame, which no receiver reads', () => {
    const checker = new WireChecker({ role: 'server' });
    checker.push(wireFrame({ opcode: CLOSE, payload: closeBody(1000) }));
    checker.push(wireFrame({ opcode: PING }));
    checker.push(wireFrame({ opcode: TEXT }));
    expect(checker.violations).toMatchObject([
      {
        section: '5.5.1',
        message: 'a Ping came after the Close frame, which is the last',
        closeCode: undefined,
      },
      { section: '5.5.1', closeCode: undefined },
    ]);
  });

  it('with permessage-deflate lets RSV1 begin a message, and looks into none that does', () => {
    const deflate = ['permessage-deflate'];
    const illFormed = Buffer.of(0xff);
    expect(sectionsOf([{ opcode: TEXT, rsv: 4, payload: illFormed }], deflate)).toEqual([]);
    expect(sectionsOf([{ opcode: TEXT, rsv: 4, payload: illFormed }])).toEqual(['5.2']);
    expect(sectionsOf([{ opcode: TEXT, payload: illFormed }], deflate)).toEqual(['8.1']);
    expect(sectionsOf([{ opcode: BINARY, rsv: 6 }], deflate)).toEqual(['5.2']);
    expect(sectionsOf([{ opcode: PING, rsv: 4 }], deflate)).toEqual(['RFC 7692 6']);
    const fragments = [
      { opcode: BINARY, rsv: 4, fin: false },
      { opcode: CONTINUATION, rsv: 4 },
    ];
    expect(sectionsOf(fragments, deflate)).toEqual(['RFC 7692 6']);
  });

  it('says nothing more of octets that cannot be told apart', () => {
    const checker = new WireChecker({ role: 'server' });
    checker.push(wireFrame({ opcode: BINARY, declaredLength: 1n << 63n }));
    checker.push(wireFrame({ opcode: 3 }));
    checker.end();
    expect(checker.violations).toMatchObject([{ section: '5.2', offset: 0 }]);
  });
});
