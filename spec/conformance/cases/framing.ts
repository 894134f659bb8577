import type { Case, FramePart } from '../case.js';
import { binary, contentOf, pattern, text } from '../contents.js';
import { closeBody } from '../../../src/testing/index.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../../support/wire-frames.js';
import {
  continuation,
  CONTINUATION,
  echo,
  failed,
  frameOf,
  open,
  ping,
  PROTOCOL_ERROR,
  textFrame,
  TOO_BIG,
} from '../parts.js';

const CLAUSE = '5.2';
const OPCODES: readonly (readonly [string, number, Uint8Array])[] = [
  ['text', TEXT, Buffer.from('a')],
  ['binary', BINARY, pattern(3)],
  ['continuation', CONTINUATION, Buffer.from('b')],
  ['close', CLOSE, closeBody(1000)],
  ['ping', PING, Buffer.from('p')],
  ['pong', PONG, Buffer.from('p')],
];
const RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
const COMBINATIONS = [1, 2, 3, 4, 5, 6, 7];

function bits(rsv: number): string {
  return rsv.toString(2).padStart(3, '0');
}

/** Where a wrong frame stands, and what is before it. */
const POSITIONS: Readonly<Record<string, readonly FramePart[]>> = {
  'at-first': [],
  'after-a-message': [textFrame('good')],
  'in-a-message': [textFrame('go', { fin: false })],
  'after-a-ping': [ping('p')],
};

function wrongFirstOctet(id: string, words: string, frame: FramePart, position: string): Case {
  const before = POSITIONS[position] ?? [];
  const { opcode } = frame;
  return {
    id: `${CLAUSE}-${id}-${position}`,
    clause: CLAUSE,
    words: `${words}, ${position.replaceAll('-', ' ')}`,
    end: () =>
      failed(PROTOCOL_ERROR, 'first octet', [...before, frame], {
        behind: opcode === CLOSE ? [] : [textFrame('behind')],
        messages: position === 'after-a-message' ? [text('good')] : [],
        pongs: position === 'after-a-ping' ? [Buffer.from('p')] : [],
      }),
  };
}

function reservedBits(): Case[] {
  return OPCODES.flatMap(([name, opcode, payload]) =>
    COMBINATIONS.flatMap((rsv) => {
      const positions = opcode === CONTINUATION ? ['in-a-message'] : ['at-first', 'after-a-message'];
      if (opcode >= CLOSE) positions.push('in-a-message');
      return positions.map((position) =>
        wrongFirstOctet(
          `rsv-${bits(rsv)}-${name}`,
          `${name} with the reserved bits ${bits(rsv)}`,
          { opcode, payload, rsv },
          position,
        ),
      );
    }),
  );
}

function reservedOpcodes(): Case[] {
  return RESERVED.flatMap((opcode) => {
    const words = `opcode ${opcode}`;
    return [
      ...Object.keys(POSITIONS).map((position) =>
        wrongFirstOctet(`opcode-${opcode}`, words, { opcode }, position),
      ),
      wrongFirstOctet(
        `opcode-${opcode}-payload`,
        `${words} with a payload`,
        { opcode, payload: pattern(130) },
        'at-first',
      ),
      wrongFirstOctet(`opcode-${opcode}-no-fin`, `${words} without FIN`, { opcode, fin: false }, 'at-first'),
      wrongFirstOctet(`opcode-${opcode}-rsv`, `${words} with reserved bits`, { opcode, rsv: 7 }, 'at-first'),
    ];
  });
}

/** Lengths that are not in the fewest octets. */
function notMinimal(): Case[] {
  const forms = [
    ...[0, 1, 5, 124, 125].map((length) => [length, 16] as const),
    ...[0, 1, 5, 125, 126, 127, 65534, 65535].map((length) => [length, 64] as const),
  ];
  return forms.flatMap(([length, lengthBits]) =>
    (['text', 'binary'] as const).flatMap((type): Case[] => {
      const frame = frameOf(contentOf(type, length), { lengthBits });
      const words = `${type} of ${length} octets, its length in ${lengthBits} bits`;
      const id = `${CLAUSE}-length-${lengthBits}-bits-${length}-${type}`;
      return [
        { id, clause: CLAUSE, words, end: () => failed(PROTOCOL_ERROR, 'length', [frame]) },
        {
          id: `${id}-continuation`,
          clause: CLAUSE,
          words: `${words}, as a continuation`,
          end: () =>
            failed(PROTOCOL_ERROR, 'length', [
              frameOf({ type, data: Buffer.alloc(0) }, { fin: false }),
              { ...frame, opcode: CONTINUATION },
            ]),
        },
      ];
    }),
  );
}

function tooLong(): Case[] {
  const lengths: readonly (readonly [string, bigint, readonly number[]])[] = [
    ['8000000000000000', 1n << 63n, PROTOCOL_ERROR],
    ['8000000000000001', (1n << 63n) + 1n, PROTOCOL_ERROR],
    ['ffffffffffffffff', (1n << 64n) - 1n, PROTOCOL_ERROR],
    ['7fffffffffffffff', (1n << 63n) - 1n, TOO_BIG],
    ['0020000000000000', 1n << 53n, TOO_BIG],
    ['001fffffffffffff', (1n << 53n) - 1n, TOO_BIG],
    ['0000000100000000', 1n << 32n, TOO_BIG],
    ['0000000100000005', (1n << 32n) + 5n, TOO_BIG],
    ['0000000080000000', 1n << 31n, TOO_BIG],
    ['000000007fffffff', (1n << 31n) - 1n, TOO_BIG],
  ];
  return lengths.flatMap(([digits, declared, codes]) =>
    [TEXT, BINARY].map((opcode): Case => ({
      id: `${CLAUSE}-length-${digits}-${opcode === TEXT ? 'text' : 'binary'}`,
      clause: CLAUSE,
      words: `a length of ${digits}, of which nothing more comes`,
      end: () => failed(codes, 'length', [{ opcode, declared, lengthBits: 64 }]),
    })),
  );
}

/** Lengths around those at which the head changes its form. */
function minimal(): Case[] {
  return [0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536, 65537].flatMap((length) =>
    (['text', 'binary'] as const).map((type): Case => ({
      id: `${CLAUSE}-minimal-${length}-${type}`,
      clause: CLAUSE,
      words: `${type} of ${length} octets, between two that are short`,
      big: length > 1000,
      exchanges: () => [echo(text('before'), contentOf(type, length), binary('behind'))],
      end: open,
    })),
  );
}

const continued: Case = {
  id: `${CLAUSE}-continuation-rsv-0`,
  clause: CLAUSE,
  words: 'the same frames with no bit that is reserved',
  exchanges: () => [
    {
      send: [textFrame('a', { fin: false }), ping('p'), continuation('b')],
      messages: [text('ab')],
      pongs: [Buffer.from('p')],
    },
  ],
  end: open,
};

export const framing: readonly Case[] = [
  continued,
  ...reservedBits(),
  ...reservedOpcodes(),
  ...notMinimal(),
  ...tooLong(),
  ...minimal(),
];
