import { isControlFrame, makeFrame } from '../../src/protocol/frame.js';
import { isControl, Opcode } from '../../src/protocol/opcodes.js';

describe('makeFrame', () => {
  it('makes a whole frame without a payload unless told otherwise', () => {
    const wanted = { fin: true, rsv: 0, opcode: 9, length: 0, payload: new Uint8Array(0) };
    expect(makeFrame(Opcode.ping)).toEqual(wanted);
  });

  it('encodes text as UTF-8 and keeps octets as they are', () => {
    expect(makeFrame(Opcode.text, 'é').payload).toEqual(Uint8Array.of(0xc3, 0xa9));
    const octets = Uint8Array.of(1, 2);
    expect(makeFrame(Opcode.binary, octets, { fin: false, rsv: 4 })).toEqual({
      fin: false,
      rsv: 4,
      opcode: 2,
      length: 2,
      payload: octets,
    });
    expect(makeFrame(Opcode.binary, octets).payload).toBe(octets);
  });

  it('makes wrong frames too, for tests', () => {
    expect(makeFrame(15, 'x', { fin: false, rsv: 7 })).toMatchObject({ opcode: 15, rsv: 7, fin: false });
  });

  it.each([-1, 16, 1.5, NaN])('refuses opcode %d', (opcode) => {
    expect(() => makeFrame(opcode)).toThrow(RangeError);
  });

  it.each([-1, 8, 1.5, NaN])('refuses reserved bits %d', (rsv) => {
    expect(() => makeFrame(Opcode.text, '', { rsv })).toThrow(
      `rsv is ${String(rsv)}, expected an integer from 0 to 7`,
    );
  });
});

describe('a control frame', () => {
  it('has an opcode of 8 or more', () => {
    for (let opcode = 0; opcode < 16; opcode++) {
      expect(isControl(opcode)).toBe(opcode >= 8);
      expect(isControlFrame(makeFrame(opcode))).toBe(opcode >= 8);
    }
  });
});
