import { forPipe, forTerminal, type Style } from '../../src/cli/show.js';
import { binary, text } from 'rxwire';

const PLAIN: Style = { opcode: false, seconds: undefined, mark: '', color: false };

describe('forTerminal', () => {
  it('escapes what a terminal would act on', () => {
    expect(forTerminal(text('\x1b[2J\n'), PLAIN)).toBe('\\x1b[2J\\n');
  });

  it('is blue behind a mark', () => {
    expect(forTerminal(text('hi'), { ...PLAIN, mark: '< ', color: true })).toBe('\x1b[34m< hi\x1b[39m');
  });

  it('shows binary data as hexadecimal, with its length', () => {
    expect(forTerminal(binary(Uint8Array.of(0, 0x1b, 0xff)), PLAIN)).toBe('00 1b ff (3 bytes)');
    expect(forTerminal(binary(Uint8Array.of(7)), PLAIN)).toBe('07 (1 byte)');
    expect(forTerminal(binary(new Uint8Array()), PLAIN)).toBe('(0 bytes)');
  });

  it('cuts long binary data and says so', () => {
    const line = forTerminal(binary(new Uint8Array(1000)), PLAIN);
    expect(line).toMatch(/^(00 ){256}… \(1000 bytes\)$/);
  });

  it('puts the time and the opcode before the data', () => {
    const style = { ...PLAIN, opcode: true, seconds: () => 1.23456 };
    expect(forTerminal(text('hi'), style)).toBe('1.235: text: hi');
  });
});

describe('forPipe', () => {
  it('makes a line of a text, as it is', () => {
    expect(forPipe(text('\x1b[2J'), PLAIN)).toBe('\x1b[2J\n');
  });

  it('leaves binary data as it is', () => {
    const data = Uint8Array.of(0, 10, 255);
    expect(forPipe(binary(data), PLAIN)).toBe(data);
  });

  it('makes a line of binary data that something stands before', () => {
    const shown = forPipe(binary(Uint8Array.of(1, 2)), { ...PLAIN, opcode: true });
    expect(Buffer.from(shown)).toEqual(Buffer.from('binary: \x01\x02\n'));
  });
});
