import fc from 'fast-check';
import '../support/seed.js';
import { CloseCode, formatFrame, type Frame, makeFrame, Opcode } from '../../src/index.js';
import { formatOctets } from '../../src/protocol/format-frame.js';
import { payloads, texts } from 'rxwire/testing/arbitraries';
import { hex } from '../support/hex.js';

/** Frames of any shape, right or wrong, as JavaScript can make them. */
const anyFrames: fc.Arbitrary<Frame> = fc.record({
  fin: fc.boolean(),
  rsv: fc.oneof(fc.nat(7), fc.integer(), fc.constant(NaN)),
  opcode: fc.oneof(fc.nat(15), fc.integer(), fc.constant(NaN)),
  length: fc.oneof(fc.nat(), fc.constant(2 ** 53 - 1), fc.constant(NaN)),
  payload: fc.oneof(
    payloads(),
    texts().map((text) => Buffer.from(text)),
  ),
});

describe('formatFrame', () => {
  it.each<[string, Frame]>([
    ["TEXT 'hello' [5 bytes]", makeFrame(Opcode.text, 'hello')],
    ["TEXT '' [0 bytes]", makeFrame(Opcode.text)],
    ["TEXT 'caf' [3 bytes, continued]", makeFrame(Opcode.text, 'caf', { fin: false })],
    [
      String.raw`TEXT 'caf\xc3' [4 bytes, continued]`,
      makeFrame(Opcode.text, hex('636166c3'), { fin: false }),
    ],
    ['TEXT aa 56 [2 bytes, RSV1]', makeFrame(Opcode.text, hex('aa56'), { rsv: 4 })],
    ['TEXT 68 69 [2 bytes, continued, RSV1, RSV3]', makeFrame(Opcode.text, 'hi', { fin: false, rsv: 5 })],
    ['BINARY 01 02 [2 bytes]', makeFrame(Opcode.binary, hex('0102'))],
    ['BINARY 68 69 [2 bytes, RSV2]', makeFrame(Opcode.binary, 'hi', { rsv: 2 })],
    ['BINARY [0 bytes]', makeFrame(Opcode.binary)],
    ["CONTINUATION 'é' [2 bytes, continued]", makeFrame(Opcode.continuation, 'é', { fin: false })],
    ['CONTINUATION a9 [1 byte]', makeFrame(Opcode.continuation, hex('a9'))],
    ['CONTINUATION [0 bytes]', makeFrame(Opcode.continuation)],
    ["PING 'are you there?' [14 bytes]", makeFrame(Opcode.ping, 'are you there?')],
    ['PING [0 bytes]', makeFrame(Opcode.ping)],
    ['PONG 00 ff [2 bytes]', makeFrame(Opcode.pong, hex('00ff'))],
    ['CLOSE [0 bytes]', makeFrame(Opcode.close)],
    ['CLOSE 03 [1 byte]', makeFrame(Opcode.close, hex('03'))],
    ['CLOSE 03 e8 [2 bytes, RSV1]', makeFrame(Opcode.close, hex('03e8'), { rsv: 4 })],
    ['CLOSE 1000 (OK) [2 bytes]', makeFrame(Opcode.close, hex('03e8'))],
    ["CLOSE 1001 (going away) 'bye' [5 bytes]", makeFrame(Opcode.close, hex('03e9627965'))],
    [String.raw`CLOSE 1002 (protocol error) '\xff' [3 bytes]`, makeFrame(Opcode.close, hex('03eaff'))],
    ['CLOSE 3000 (registered) [2 bytes]', makeFrame(Opcode.close, hex('0bb8'))],
    ['CLOSE 4999 (private use) [2 bytes]', makeFrame(Opcode.close, hex('1387'))],
    ['CLOSE 5000 (unknown) [2 bytes]', makeFrame(Opcode.close, hex('1388'))],
    ['CLOSE 0 (unknown) [2 bytes]', makeFrame(Opcode.close, hex('0000'))],
    ['OPCODE-0xb 01 [1 byte]', makeFrame(0xb, hex('01'))],
    ['BINARY 01 [1 of 5 bytes]', { ...makeFrame(Opcode.binary, hex('01')), length: 5 }],
  ])('writes %s', (line, frame) => {
    expect(formatFrame(frame)).toBe(line);
  });

  it('points to where the frame goes', () => {
    const frame = makeFrame(Opcode.text, 'hello');
    expect(formatFrame(frame, { direction: 'received' })).toBe("< TEXT 'hello' [5 bytes]");
    expect(formatFrame(frame, { direction: 'sent' })).toBe("> TEXT 'hello' [5 bytes]");
  });

  it('knows every close code that has a name', () => {
    for (const code of Object.values(CloseCode)) {
      const payload = Uint8Array.of(code >> 8, code & 0xff);
      expect(formatFrame(makeFrame(Opcode.close, payload))).toMatch(
        new RegExp(`^CLOSE ${String(code)} \\((?!unknown)[A-Za-z ]+\\) \\[2 bytes\\]$`),
      );
    }
  });

  it('shows 75 characters of a payload', () => {
    const text = 'x'.repeat(76);
    const bytes = new Uint8Array(26);
    expect(formatFrame(makeFrame(Opcode.text, text.slice(1)))).toBe(`TEXT '${text.slice(1)}' [75 bytes]`);
    expect(formatFrame(makeFrame(Opcode.text, text))).toBe(`TEXT '${text.slice(1)}'… [76 bytes]`);
    expect(formatFrame(makeFrame(Opcode.binary, bytes.subarray(1)))).toMatch(
      /^BINARY( 00){25} \[25 bytes\]$/,
    );
    expect(formatFrame(makeFrame(Opcode.binary, bytes))).toMatch(/^BINARY( 00){25} … \[26 bytes\]$/);
    const reason = Buffer.from(`\x03\xe8${text}`, 'latin1');
    expect(formatFrame(makeFrame(Opcode.close, reason))).toBe(
      `CLOSE 1000 (OK) '${text.slice(1)}'… [78 bytes]`,
    );
  });

  it('shows as much as it is told to', () => {
    const frame = makeFrame(Opcode.text, 'hello');
    expect(formatFrame(frame, { maxChars: 2 })).toBe("TEXT 'he'… [5 bytes]");
    expect(formatFrame(frame, { maxChars: 0 })).toBe("TEXT ''… [5 bytes]");
    const long = 'x'.repeat(10_000);
    expect(formatFrame(makeFrame(Opcode.text, long), { maxChars: Infinity })).toBe(
      `TEXT '${long}' [10000 bytes]`,
    );
  });

  it('writes any frame as one line, without anything that acts on a terminal', () => {
    fc.assert(
      fc.property(anyFrames, fc.option(fc.nat(100), { nil: Infinity }), (frame, maxChars) => {
        const line = formatFrame(frame, { maxChars });
        expect(line.replaceAll(' ', '')).not.toMatch(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
        expect(line).toMatch(/^\S.*\]$/u);
      }),
    );
  });

  it('is bounded, however long the payload', () => {
    fc.assert(
      fc.property(anyFrames, (frame) => {
        expect(formatFrame(frame).length).toBeLessThan(75 + 150);
      }),
    );
  });

  it.each<[string, object, string]>([
    [
      'a length below 0',
      { maxChars: -1 },
      'option maxChars is -1, expected an integer of at least 0, or Infinity',
    ],
    ['another direction', { direction: 'up' }, "option direction is 'up', expected 'received', 'sent'"],
    ['an unknown option', { maxchar: 1 }, 'unknown option maxchar, did you mean maxChars?'],
  ])('refuses %s', (_, options, words) => {
    expect(() => formatFrame(makeFrame(Opcode.ping), options)).toThrow(words);
  });
});

describe('formatOctets', () => {
  it('shows octets, direction and length', () => {
    expect(formatOctets(hex('81026869'), { direction: 'received' })).toBe('< 81 02 68 69 [4 bytes]');
    expect(formatOctets(hex('81026869'), { direction: 'sent', maxChars: 5 })).toBe('> 81 02 … [4 bytes]');
    expect(formatOctets(hex('00'), {})).toBe('00 [1 byte]');
  });

  it('shows 25 octets of a chunk', () => {
    expect(formatOctets(new Uint8Array(65536), {})).toMatch(/^(00 ){25}… \[65536 bytes\]$/);
  });
});
