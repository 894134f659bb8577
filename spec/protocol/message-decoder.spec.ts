import '../support/seed.js';
import { byteByByte } from 'rxwire/testing';
import { describeMessage, messageDecoder } from '../support/decoding.js';
import { hex } from '../support/hex.js';
import { encodeFrame, type Frame, makeFrame, Opcode } from '../../src/protocol/index.js';
import type { MessageDecoder } from '../../src/protocol/message-decoder.js';
import { type MessageDecoderOptions } from '../../src/protocol/message-decoder.js';

type Options = Parameters<typeof messageDecoder>[0];

const toClient: Options = { role: 'client' };
const KEY = 0x12345678;

/** Pushes the chunks one by one and describes all that comes. */
function decodeAll(decoder: MessageDecoder, chunks: readonly Uint8Array[]): string[] {
  const seen: string[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let message; (message = decoder.next(false)) !== undefined;) seen.push(describeMessage(message));
  }
  return seen;
}

function octets(decoder: MessageDecoder, chunks: readonly Uint8Array[]): Uint8Array[] {
  const seen: Uint8Array[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let message; (message = decoder.next(false)) !== undefined;) seen.push(message.data as Uint8Array);
  }
  return seen;
}

function masked(opcode: number, octet: number, length: number, fin = true): Uint8Array {
  return encodeFrame(makeFrame(opcode, new Uint8Array(length).fill(octet), { fin }), KEY);
}

describe('MessageDecoder', () => {
  it('gives text as strings or as octets', () => {
    const wire = hex('8102c3a9 0101c3 8001a9 810161 0101 61 8000 8100');
    const strings = ['text:é', 'text:é', 'text:a', 'text:a', 'text:'];
    for (const chunks of [[wire], byteByByte(wire)]) {
      expect(decodeAll(messageDecoder(toClient), chunks)).toEqual(strings);
      const bytes = decodeAll(messageDecoder({ ...toClient, textAs: 'bytes' }), chunks);
      expect(bytes).toEqual(['text:c3a9', 'text:c3a9', 'text:61', 'text:61', 'text:']);
    }
  });

  it('passes text unchecked on request, with U+FFFD for what is none', () => {
    const wire = hex('8102 61ff 0101ff 80020062');
    for (const chunks of [[wire], byteByByte(wire)]) {
      const strings = messageDecoder({ ...toClient, validateUtf8: false });
      expect(decodeAll(strings, chunks)).toEqual(['text:a\ufffd', 'text:\ufffd\0b']);
      const bytes = messageDecoder({ ...toClient, validateUtf8: false, textAs: 'bytes' });
      expect(decodeAll(bytes, chunks)).toEqual(['text:61ff', 'text:ff0062']);
    }
  });

  it.each(['string', 'bytes'] as const)('refuses wrong text, given as %s', (textAs) => {
    for (const wire of ['8102 61ff', '0101ff', '0102 e282 8000', '010161 8001ff', '0101c3 800161']) {
      for (const chunks of [[hex(wire)], byteByByte(hex(wire))]) {
        const decoder = messageDecoder({ ...toClient, textAs });
        expect(() => decodeAll(decoder, chunks)).toThrow(expect.objectContaining({ name: 'TextError' }));
      }
    }
  });

  it('fails at an impossible octet in the middle of a long frame', () => {
    const limits = { maxMessageBytes: Infinity };
    const decoder = messageDecoder({ ...toClient, limits });
    const head = Buffer.concat([hex('817f 0000000000a00000'), Buffer.alloc(16, 'a'), hex('ff')]);
    expect(() => decodeAll(decoder, [head])).toThrow('at byte 16');
    expect(() => decodeAll(messageDecoder({ ...toClient, limits }), byteByByte(head))).toThrow('at byte 16');
  });

  it('names the octet of the text, over all its frames and chunks', () => {
    const wire = hex('0103616263 0002c3a9 8002 61ff');
    for (const chunks of [[wire], byteByByte(wire)]) {
      expect(() => decodeAll(messageDecoder(toClient), chunks)).toThrow('text is not valid UTF-8 at byte 6');
    }
  });

  it.each([
    ['text that is none', '8101ff'],
    ['a wrong header', '8300'],
    ['a wrong text in fragments', '0101ff'],
  ])('decodes nothing behind %s', (_, wire) => {
    const decoder = messageDecoder(toClient);
    decoder.push(hex(`${wire} 810161`));
    expect(() => decoder.next(false)).toThrow();
    expect(decoder.next(false)).toBeUndefined();
    expect(decoder.pending).toBe(false);
    expect(decodeAll(decoder, [hex('810161')])).toEqual([]);
  });

  it('serves control frames at their place among the messages', () => {
    const seen: string[] = [];
    const decoder = messageDecoder(toClient, (opcode, payload) => {
      seen.push(`${opcode}:${Buffer.from(payload).toString()}`);
    });
    decoder.push(hex('890170 810161 8a00 010162 890171 8001 63 880203e8'));
    for (let message; (message = decoder.next(false)) !== undefined;) seen.push(describeMessage(message));
    expect(seen).toEqual(['9:p', 'text:a', '10:', '9:q', 'text:bc', '8:\u0003\ufffd']);
  });

  it('stops at what a callback throws', () => {
    const decoder = messageDecoder(toClient, () => {
      throw new Error('thrown');
    });
    decoder.push(hex('8900 810161'));
    expect(() => decoder.next(false)).toThrow('thrown');
    expect(decoder.next(false)).toBeUndefined();
  });

  it('goes no further than the next data frame on request', () => {
    const seen: number[] = [];
    const decoder = messageDecoder(toClient, (opcode) => seen.push(opcode));
    decoder.push(hex('8900 8a00 810161 8900'));
    expect(decoder.next(true)).toBeUndefined();
    expect(seen).toEqual([9, 10]);
    expect(decoder.pending).toBe(true);
    expect(decoder.next(false)).toEqual({ type: 'text', data: 'a' });
    expect(decoder.next(true)).toBeUndefined();
    expect(seen).toEqual([9, 10, 9]);
  });

  it('goes no further than a data frame that begins a chunk that waits', () => {
    const decoder = messageDecoder(toClient);
    for (const wire of ['8900', '810161', '810162']) decoder.push(hex(wire));
    expect(decoder.next(true)).toBeUndefined();
    expect(decoder.pending).toBe(true);
    expect(decodeAll(decoder, [hex('810163')])).toEqual(['text:a', 'text:b', 'text:c']);
  });

  it('knows where the stream may end, and drops all when it is stopped', () => {
    const decoder = messageDecoder(toClient);
    expect(decoder.atBoundary).toBe(true);
    expect(decodeAll(decoder, [hex('010161')])).toEqual([]);
    expect(decoder.atBoundary).toBe(false);
    decoder.stop();
    expect(decodeAll(decoder, [hex('800162 810161')])).toEqual([]);
    expect(decoder.atBoundary).toBe(true);
  });
});

describe('what a message decoder gives is for keeps', () => {
  const LENGTHS = [1, 100, 125, 2000, 4096, 5000, 20_000, 32_768, 40_000, 65_536, 70_000];
  const OCTETS = [1, 2, 3, 4, 5, 6];

  it.each(LENGTHS)('messages of %d octets do not change with the next', (length) => {
    for (const opcode of [Opcode.text, Opcode.binary]) {
      const frames = OCTETS.map((octet) => masked(opcode, octet, length));
      for (const chunks of [frames, [Buffer.concat(frames)]]) {
        for (const ownsInput of [true, false]) {
          const copies = chunks.map((chunk) => new Uint8Array(chunk));
          const messages = octets(messageDecoder({ role: 'server', ownsInput, textAs: 'bytes' }), copies);
          if (!ownsInput) for (const chunk of copies) chunk.fill(9);
          expect(messages.map((data) => [data.length, ...new Set(data)])).toEqual(
            OCTETS.map((octet) => [length, octet]),
          );
        }
      }
    }
  });

  it.each(LENGTHS)('fragments of %d octets do not change with the next', (length) => {
    for (const opcode of [Opcode.text, Opcode.binary]) {
      const frames = [1, 2, 3, 4, 5].map((octet) =>
        masked(octet === 1 ? opcode : Opcode.continuation, octet, length, octet === 5),
      );
      for (const chunks of [frames, [Buffer.concat(frames)]]) {
        const [data] = octets(messageDecoder({ role: 'server', textAs: 'bytes' }), chunks);
        const parts = frames.map((_, index) => [
          ...new Set(data!.subarray(index * length, (index + 1) * length)),
        ]);
        expect(parts).toEqual([[1], [2], [3], [4], [5]]);
      }
    }
  });

  it('keeps no chunk of 64 KiB alive for a message of one octet', () => {
    const chunk = Buffer.concat([masked(Opcode.binary, 1, 1), masked(Opcode.binary, 2, 60_000)]);
    const own = new Uint8Array(chunk);
    const [small] = octets(messageDecoder({ role: 'server', ownsInput: true }), [own]);
    expect(small!.buffer).not.toBe(own.buffer);
    expect(small!.buffer.byteLength).toBeLessThanOrEqual(16_384);
  });
});

describe('a tap on the frames', () => {
  const wire = hex('8901 70 0101 61 8002 6263 820164');

  function tapped(chunks: readonly Uint8Array[], options: Partial<MessageDecoderOptions> = {}): Frame[] {
    const frames: Frame[] = [];
    const decoder = messageDecoder({ ...toClient, ...options });
    decoder.onFrame = (frame) => frames.push(frame);
    decodeAll(decoder, chunks);
    return frames;
  }

  it('sees every frame, whole, however the bytes are cut', () => {
    const wanted = [
      makeFrame(Opcode.ping, 'p'),
      makeFrame(Opcode.text, 'a', { fin: false }),
      makeFrame(Opcode.continuation, 'bc'),
      makeFrame(Opcode.binary, 'd'),
    ];
    expect(tapped([wire])).toEqual(wanted);
    expect(tapped(byteByByte(wire))).toEqual(wanted);
  });

  it('that is set inside a frame begins with the next', () => {
    const decoder = messageDecoder(toClient);
    const frames: Frame[] = [];
    decodeAll(decoder, [hex('8202 61')]);
    decoder.onFrame = (frame) => frames.push(frame);
    expect(decodeAll(decoder, [hex('62 820163')])).toEqual(['binary:6162', 'binary:63']);
    expect(frames).toEqual([makeFrame(Opcode.binary, 'c')]);
  });

  it.each([10, 100, 300, 5000])('may run another decoder while messages of %d octets pass', (length) => {
    const frames = [1, 2, 3].map((octet) => masked(Opcode.binary, octet, length));
    const decoder = messageDecoder({ role: 'server' });
    decoder.onFrame = () => decodeAll(messageDecoder({ role: 'server' }), [masked(Opcode.binary, 9, length)]);
    const messages = octets(decoder, [Buffer.concat(frames)]);
    expect(messages.map((data) => [data.length, ...new Set(data)])).toEqual([
      [length, 1],
      [length, 2],
      [length, 3],
    ]);
  });

  it('may stop the decoder, which gives nothing more then', () => {
    for (const stream of ['820161 820162', '0201 61 8001 62 8200']) {
      for (const chunks of [[hex(stream)], byteByByte(hex(stream))]) {
        const decoder = messageDecoder(toClient);
        decoder.onFrame = ({ fin }) => {
          if (fin) decoder.stop();
        };
        expect(decodeAll(decoder, chunks)).toEqual([]);
      }
    }
  });
});
