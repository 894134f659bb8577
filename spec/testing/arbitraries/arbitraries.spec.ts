import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { acceptFor, closePayload, isToken, isWireCloseCode, Opcode } from 'rxwire/protocol';
import { framesOf, wireTo } from 'rxwire/testing';
import {
  closeCodes,
  closeFrames,
  closeStatuses,
  controlFrames,
  conversations,
  handshakeKeys,
  messages,
  payloads,
  pieceSizes,
  subprotocolLists,
  texts,
  tokens,
  wires,
  wrongCloseCodes,
} from 'rxwire/testing/arbitraries';
import '../../support/seed.js';

/** Whether one of many samples has it. */
function some<T>(arbitrary: fc.Arbitrary<T>, has: (value: T) => boolean): boolean {
  return fc.sample(arbitrary, 2000).some(has);
}

describe('payloads', () => {
  it('are within their length, and often at the edges of the forms of a header', () => {
    fc.assert(fc.property(payloads(200), (payload) => payload.length <= 200));
    for (const length of [0, 125, 126, 127, 65535, 65536]) {
      expect(some(payloads(65536), (payload) => payload.length === length)).toBe(true);
    }
    expect(some(payloads(10), ({ length }) => length === 10)).toBe(true);
  });
});

describe('texts', () => {
  it('are well-formed, and have code points of every length, and the byte order mark in front', () => {
    fc.assert(fc.property(texts(), (text) => Buffer.from(text).toString() === text));
    for (const one of [
      /^[\0-\x7f]+$/,
      /[\x80-\u07ff]/,
      /[\u0800-\uffff]/,
      /[\u{10000}-\u{10ffff}]/u,
      /^\ufeff/,
    ]) {
      expect(some(texts(), (text) => one.test(text))).toBe(true);
    }
  });
});

describe('messages', () => {
  it('are of both types', () => {
    expect(some(messages(), ({ type, data }) => type === 'text' && typeof data === 'string')).toBe(true);
    expect(some(messages(), ({ type, data }) => type === 'binary' && typeof data === 'object')).toBe(true);
  });

  it('shrink to the empty text', () => {
    expect(fc.check(fc.property(messages(), () => false)).counterexample).toEqual([
      { type: 'text', data: '' },
    ]);
  });
});

describe('close codes', () => {
  it('may be on the wire, and the wrong ones may not', () => {
    fc.assert(fc.property(closeCodes, (code) => isWireCloseCode(code)));
    fc.assert(fc.property(wrongCloseCodes, (code) => !isWireCloseCode(code)));
  });

  it('stand in Close frames as the library writes them', () => {
    fc.assert(
      fc.property(closeStatuses, (status) => {
        expect(closePayload(status).length).toBeLessThanOrEqual(125);
      }),
    );
    fc.assert(fc.property(closeFrames, ({ opcode, fin, length }) => opcode === 8 && fin && length <= 125));
    expect(some(closeFrames, ({ length }) => length === 0)).toBe(true);
  });
});

describe('control frames', () => {
  it('are whole, short, and of both kinds', () => {
    fc.assert(fc.property(controlFrames, ({ fin, length, rsv }) => fin && length <= 125 && rsv === 0));
    for (const wanted of [Opcode.ping, Opcode.pong]) {
      expect(some(controlFrames, ({ opcode }) => opcode === wanted)).toBe(true);
    }
  });
});

describe('conversations', () => {
  it('have the messages that their frames make', () => {
    fc.assert(
      fc.property(conversations(), ({ frames, messages: wanted }) => {
        const parts: { type: string; data: Buffer }[] = [];
        for (const { opcode, payload } of frames) {
          if (opcode >= 8) continue;
          if (opcode !== 0) parts.push({ type: opcode === 1 ? 'text' : 'binary', data: Buffer.alloc(0) });
          const last = parts.at(-1)!;
          last.data = Buffer.concat([last.data, payload]);
        }
        const expected = wanted.map(({ type, data }) => ({ type, data: Buffer.from(data as Uint8Array) }));
        expect(parts).toEqual(expected);
        for (const { type, data } of parts) expect(type === 'binary' || isUtf8(data)).toBe(true);
      }),
    );
  });

  it('are fragmented and have control frames between, unless told otherwise', () => {
    expect(some(conversations(), ({ frames }) => frames.some(({ fin }) => !fin))).toBe(true);
    expect(some(conversations(), ({ frames }) => frames.some(({ opcode }) => opcode >= 8))).toBe(true);
    const plain = conversations({ fragmented: false, controls: false, maxMessages: 3 });
    fc.assert(
      fc.property(plain, ({ frames, messages: list }) => {
        expect(frames.map(({ fin, opcode }) => fin && opcode > 0 && opcode < 8)).toEqual(
          list.map(() => true),
        );
        expect(list.length).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('shrink to one message in one frame', () => {
    const property = fc.property(conversations(), ({ messages: list }) => list.length === 0);
    const [smallest] = fc.check(property).counterexample!;
    expect(smallest).toMatchObject({
      frames: [{ fin: true, opcode: 1, length: 0 }],
      messages: [{ data: '' }],
    });
  });
});

describe('wires', () => {
  it('are masked for a server, and for a role where one is asked for', () => {
    fc.assert(
      fc.property(wires({ maxMessages: 2 }), ({ role, bytes }) => {
        expect(bytes.length < 2 || bytes[1]! >= 0x80 === (role === 'server')).toBe(true);
      }),
    );
    fc.assert(fc.property(wires({ role: 'client' }), ({ role }) => role === 'client'));
  });
});

describe('framesOf', () => {
  it('cuts a message at places, within it', () => {
    const frames = framesOf({ type: 'text', data: 'abc' }, [9, 1, 1]);
    expect(frames.map(({ opcode, fin, payload }) => [opcode, fin, Buffer.from(payload).toString()])).toEqual([
      [1, false, 'a'],
      [0, false, ''],
      [0, false, 'bc'],
      [0, true, ''],
    ]);
    expect(framesOf({ type: 'binary', data: Uint8Array.of(1) })).toHaveLength(1);
  });

  it('goes onto the wire under the keys, in turn', () => {
    const frames = [...framesOf({ type: 'text', data: '' }), ...framesOf({ type: 'text', data: '' })];
    expect([
      ...wireTo('server', frames, [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]),
    ]).toEqual([0x81, 0x80, 1, 2, 3, 4, 0x81, 0x80, 5, 6, 7, 8]);
    expect([...wireTo('client', frames)]).toEqual([0x81, 0, 0x81, 0]);
  });
});

describe('values of an opening handshake', () => {
  it('are what they are called', () => {
    fc.assert(fc.property(tokens, (token) => isToken(token)));
    fc.assert(fc.property(subprotocolLists, (list) => list.length > 0 && new Set(list).size === list.length));
    fc.assert(fc.property(handshakeKeys, (key) => acceptFor(key).length === 28));
  });
});

describe('pieceSizes', () => {
  it('are from 1 to the most', () => {
    fc.assert(fc.property(pieceSizes(5), (sizes) => sizes.every((size) => size >= 1 && size <= 5)));
    expect(fc.check(fc.property(pieceSizes(), () => false)).counterexample).toEqual([[1]]);
  });
});
