import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';
import type { Case } from '../case.js';
import { binary, jsonBytes, noiseBytes, pattern, text } from '../contents.js';
import { deflated } from '../deflated.js';
import { textFrame } from '../parts.js';
import { BAD_DATA, compressedBinary, compressedText, passes } from './compressed-case.js';

/** Every kind of block that zlib makes. */
function blocks(): Case[] {
  const kinds: readonly (readonly [string, ZlibOptions])[] = [
    ...Array.from({ length: 10 }, (_, level) => [`level-${level}`, { level }] as const),
    ...Array.from({ length: 9 }, (_, i) => [`memory-${i + 1}`, { memLevel: i + 1 }] as const),
    ...Array.from({ length: 7 }, (_, i) => [`window-${i + 9}`, { windowBits: i + 9 }] as const),
    ['huffman-only', { strategy: constants.Z_HUFFMAN_ONLY }],
    ['run-lengths', { strategy: constants.Z_RLE }],
    ['fixed-codes', { strategy: constants.Z_FIXED }],
    ['filtered', { strategy: constants.Z_FILTERED }],
  ];
  const contents = [
    text(''),
    text('Hello'),
    text(jsonBytes(6000, 3)),
    binary(noiseBytes(600, 1)),
    binary(Buffer.alloc(50_000)),
  ];
  return kinds.map(([name, how]) => ({
    ...passes(
      `block-${name}`,
      `payloads as zlib makes them with ${name.replace('-', ' ')}, each of itself`,
      () => [
        {
          send: contents.map(({ type, data }) =>
            (type === 'text' ? compressedText : compressedBinary)(deflated(data, how)),
          ),
          messages: contents,
        },
      ],
    ),
    big: name === 'level-0',
  }));
}

/** Empty messages and empty blocks. */
function empties(): Case[] {
  const forms: readonly (readonly [string, string])[] = [
    ['one-stored', '00'],
    ['fixed', '0200'],
    ['two-stored', '000000ffff00'],
    ['fixed-and-stored', '02000000ffff00'],
  ];
  return forms.map(([name, digits]) =>
    passes(`empty-${name}`, `an empty message as ${digits}, and Hello behind it`, () => [
      {
        send: [compressedText(Buffer.from(digits, 'hex')), compressedText(deflated('Hello'))],
        messages: [text(''), text('Hello')],
      },
    ]),
  );
}

/** Blocks that say that they are the last: section 7.2.3.4 shows one, with an empty block behind it. */
function lastBlocks(): Case[] {
  const final = (data: Uint8Array | string): Buffer => deflateRawSync(data);
  const empty = Buffer.of(0x00);
  const long = jsonBytes(6000, 4);
  const may: readonly (readonly [string, Uint8Array, Uint8Array | string])[] = [
    ['nothing-behind', final('Hello'), 'Hello'],
    ['two', Buffer.concat([final('Hello'), final('Hello'), empty]), 'HelloHello'],
    [
      'another-behind',
      Buffer.concat([final('Hello'), deflated(long)]),
      Buffer.concat([Buffer.from('Hello'), long]),
    ],
    ['ten', Buffer.concat([...Array.from({ length: 10 }, () => final('ü')), empty]), 'ü'.repeat(10)],
  ];
  return [
    ...['', 'Hello', long].map((data) =>
      passes(
        `last-block-${data.length}`,
        `a last block of ${data.length} octets and an empty block behind it, twice`,
        () => {
          const frame = compressedText(Buffer.concat([final(data), empty]));
          return [{ send: [frame, frame], messages: [text(data), text(data)] }];
        },
      ),
    ),
    ...may.map(([name, payload, data]) =>
      passes(
        `last-block-${name}`,
        `a last block, ${name.replace('-', ' ')}: all of the message, or none`,
        () => [
          {
            send: [compressedText(payload), textFrame('behind')],
            messages: [text(data), text('behind')],
            orFails: { codes: BAD_DATA, messages: [] },
          },
        ],
      ),
    ),
  ];
}

/** A message may point back as far as the window goes, also into messages before it. */
function history(): Case[] {
  const back = [9, 10, 11, 12, 13, 14, 15].map((bits): Case => {
    const compression = { serverMaxWindowBits: bits, clientMaxWindowBits: bits };
    // What zlib finds in a window: it leaves some of it for what it looks at.
    const reach = 2 ** bits - 262;
    const first = binary(noiseBytes(reach, bits));
    const gap = binary(pattern(10));
    const messages = [first, first, gap, first, first, gap, first];
    return {
      ...passes(
        `window-${bits}-reaches-back`,
        `the same octets again, as far back as a window of ${bits} bits goes`,
        () => [{ send: messages.map((message) => ({ message })), messages }],
        compression,
      ),
      big: bits > 12,
    };
  });
  const [hello, again] = [deflated('Hello'), Buffer.from('f200110000', 'hex')];
  return [
    ...back,
    passes('takeover-hello', 'Hello, and Hello by pointing back at it, with other messages between', () => [
      {
        send: [compressedText(hello), textFrame('plain'), compressedText(again), compressedText(again)],
        messages: [text('Hello'), text('plain'), text('Hello'), text('Hello')],
      },
    ]),
    ...(['server', 'client'] as const).map((role): Case => ({
      ...passes(
        `no-takeover-${role}`,
        `Hello by pointing back at a message before, where the peer of the ${role} had agreed not to`,
        () => [
          {
            send: [compressedText(hello), compressedText(again)],
            messages: [text('Hello'), text('Hello')],
            orFails: { codes: BAD_DATA, messages: [text('Hello')] },
          },
        ],
        role === 'server' ? { clientNoContextTakeover: true } : { serverNoContextTakeover: true },
      ),
      roles: [role],
    })),
  ];
}

export const compressedPayloads: readonly Case[] = [...blocks(), ...empties(), ...lastBlocks(), ...history()];
