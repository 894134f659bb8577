import type { Case, FramePart } from '../case.js';
import { binary, pattern, text, textBytes } from '../contents.js';
import { closeBody } from '../../../src/testing/index.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../../support/wire-frames.js';
import {
  binaryFrame,
  continuation,
  failed,
  open,
  ping,
  pong,
  PROTOCOL_ERROR,
  textFrame,
  three,
} from '../parts.js';

const KEYS: readonly (readonly [string, readonly number[]])[] = [
  ['zero', [0, 0, 0, 0]],
  ['ones', [255, 255, 255, 255]],
  ['first', [0x80, 0, 0, 0]],
  ['second', [0, 0x80, 0, 0]],
  ['third', [0, 0, 0x80, 0]],
  ['last', [0, 0, 0, 1]],
  ['all-different', [0x12, 0x34, 0x56, 0x78]],
];
const LENGTHS = [
  ...Array.from({ length: 18 }, (_, i) => i),
  31,
  32,
  33,
  63,
  64,
  65,
  125,
  126,
  127,
  128,
  129,
  1000,
  4099,
];

function legal(): Case[] {
  const keys = KEYS.map(([name, key]): Case => {
    const contents = [binary(pattern(131)), text(textBytes(259))];
    return {
      id: `5.1-key-${name}`,
      clause: '5.1',
      words: `a masking key that is ${name.replaceAll('-', ' ')}`,
      roles: ['server'],
      exchanges: () => [
        {
          send: [
            binaryFrame(pattern(131), { key }),
            textFrame(textBytes(259), { key }),
            ping('masked', { key }),
          ],
          messages: contents,
          pongs: [Buffer.from('masked')],
        },
      ],
      end: open,
    };
  });
  const lengths = LENGTHS.map((length): Case => ({
    id: `5.1-length-${three(length)}`,
    clause: '5.1',
    words: `payloads of ${length} octets, each frame with a key of its own`,
    roles: ['server'],
    exchanges: () => [
      {
        send: [
          binaryFrame(pattern(length)),
          binaryFrame(pattern(length), { fin: false }),
          continuation(pattern(length)),
          textFrame(textBytes(length)),
        ],
        messages: [
          binary(pattern(length)),
          binary(Buffer.concat([pattern(length), pattern(length)])),
          text(textBytes(length)),
        ],
      },
    ],
    end: open,
  }));
  return [...keys, ...lengths];
}

/** Frames whose MASK bit is not as it should be for the role. */
function illegal(): Case[] {
  const frames: readonly (readonly [string, number, Uint8Array])[] = [
    ['text', TEXT, Buffer.from('a')],
    ['empty-text', TEXT, Buffer.alloc(0)],
    ['binary', BINARY, pattern(5)],
    ['empty-binary', BINARY, Buffer.alloc(0)],
    ['long-binary', BINARY, pattern(70_000)],
    ['close', CLOSE, closeBody(1000)],
    ['empty-close', CLOSE, Buffer.alloc(0)],
    ['ping', PING, Buffer.from('p')],
    ['empty-ping', PING, Buffer.alloc(0)],
    ['pong', PONG, Buffer.from('p')],
    ['empty-pong', PONG, Buffer.alloc(0)],
  ];
  return (['server', 'client'] as const).flatMap((role) => {
    const masked = role === 'client';
    const word = masked ? 'masked' : 'unmasked';
    const single = frames.map(([name, opcode, payload]): Case => ({
      id: `5.1-${word}-${name}`,
      clause: '5.1',
      words: `${word} ${name.replace('-', ' ')} to a ${role}`,
      roles: [role],
      end: () => failed(PROTOCOL_ERROR, 'second octet', [{ opcode, payload, masked }]),
    }));
    return [...single, ...later(role, masked, word)];
  });
}

function later(role: 'server' | 'client', masked: boolean, word: string): Case[] {
  const wrong: readonly (readonly [string, FramePart])[] = [
    ['continuation', continuation('b', { masked })],
    ['ping-between', ping('p', { masked })],
    ['pong-between', pong('p', { masked })],
  ];
  return [
    {
      id: `5.1-${word}-after-a-message`,
      clause: '5.1',
      words: `${word} text to a ${role}, behind a message that is right`,
      roles: [role],
      exchanges: () => [{ send: [textFrame('good')], messages: [text('good')] }],
      end: () => failed(PROTOCOL_ERROR, 'second octet', [textFrame('bad', { masked })]),
    },
    ...wrong.map(([name, frame]): Case => ({
      id: `5.1-${word}-${name}`,
      clause: '5.1',
      words: `${word} ${name.replace('-', ' ')} to a ${role}, within a message`,
      roles: [role],
      end: () => failed(PROTOCOL_ERROR, 'second octet', [textFrame('a', { fin: false }), frame]),
    })),
  ];
}

export const masking: readonly Case[] = [...legal(), ...illegal()];
