import { FragmentSequence } from '../../src/protocol/fragment-sequence.js';
import { resolveLimits } from '../../src/protocol/limits.js';
import { Opcode } from '../../src/protocol/opcodes.js';

const { continuation, text, binary } = Opcode;

describe('FragmentSequence', () => {
  it('lets a message begin where none is open, and go on where one is', () => {
    const sequence = new FragmentSequence(resolveLimits());
    for (const opcode of [text, binary]) expect(() => sequence.checkOpcode(opcode)).not.toThrow();
    expect(() => sequence.checkOpcode(continuation)).toThrow('without a message to continue');
    sequence.admit(false, 1);
    expect(() => sequence.checkOpcode(continuation)).not.toThrow();
    for (const opcode of [text, binary]) {
      const wanted = { name: 'ProtocolError', closeCode: 1002, section: '5.4' };
      expect(() => sequence.checkOpcode(opcode)).toThrow(expect.objectContaining(wanted));
    }
    sequence.admit(true, 1);
    expect(() => sequence.checkOpcode(text)).not.toThrow();
  });

  it('knows an open message by its frames and not by what it holds', () => {
    const sequence = new FragmentSequence(resolveLimits());
    sequence.admit(false, 0);
    expect(sequence.open).toBe(true);
    sequence.admit(false, 0);
    expect(sequence.open).toBe(true);
    sequence.admit(true, 0);
    expect(sequence.open).toBe(false);
  });

  it('counts the octets of one message and begins anew with the next', () => {
    const sequence = new FragmentSequence(resolveLimits({ maxMessageBytes: 10 }));
    for (let message = 0; message < 3; message++) {
      sequence.admit(false, 4);
      sequence.admit(true, 6);
    }
    sequence.admit(false, 4);
    const wanted = { name: 'LimitError', closeCode: 1009, option: 'maxMessageBytes', limit: 10 };
    expect(() => sequence.admit(true, 7)).toThrow(expect.objectContaining(wanted));
    expect(() => sequence.admit(true, 7)).toThrow('message is at least 11 bytes, over the limit of 10');
  });

  it('bounds each frame of its own', () => {
    const sequence = new FragmentSequence(resolveLimits({ maxMessageBytes: 10, maxFrameBytes: 5 }));
    sequence.admit(false, 5);
    sequence.admit(true, 5);
    const wanted = { closeCode: 1009, option: 'maxFrameBytes', limit: 5 };
    expect(() => sequence.admit(true, 6)).toThrow(expect.objectContaining(wanted));
  });

  it('counts fragments, empty ones too, with a code of their own', () => {
    const sequence = new FragmentSequence(resolveLimits({ maxFragments: 3 }));
    for (let message = 0; message < 3; message++) {
      sequence.admit(false, 0);
      sequence.admit(false, 0);
      sequence.admit(true, 0);
    }
    sequence.admit(false, 0);
    sequence.admit(false, 0);
    sequence.admit(false, 0);
    const wanted = { name: 'LimitError', closeCode: 1008, option: 'maxFragments', limit: 3 };
    expect(() => sequence.admit(true, 0)).toThrow(expect.objectContaining(wanted));
  });
});
