import type { Case, FramePart } from '../case.js';
import { pattern, text } from '../contents.js';
import { closeBody } from '../../../src/testing/index.js';
import { CLOSE, PING, PONG } from '../../support/wire-frames.js';
import { continuation, failed, open, ping, pong, PROTOCOL_ERROR, textFrame } from '../parts.js';

const CLAUSE = '5.5';
const OPCODES: readonly (readonly [string, number])[] = [
  ['close', CLOSE],
  ['ping', PING],
  ['pong', PONG],
];

function payloadOf(opcode: number, length: number): Uint8Array {
  if (opcode !== CLOSE) return pattern(length);
  return length < 2 ? Buffer.alloc(length) : closeBody(1000, 'r'.repeat(length - 2));
}

function wrong(id: string, words: string, place: 'first octet' | 'second octet', frame: FramePart): Case[] {
  const behind = [textFrame('behind')];
  return [
    {
      id: `${CLAUSE}-${id}`,
      clause: CLAUSE,
      words,
      end: () => failed(PROTOCOL_ERROR, place, [frame], { behind }),
    },
    {
      id: `${CLAUSE}-${id}-in-a-message`,
      clause: CLAUSE,
      words: `${words}, within a message`,
      end: () =>
        failed(PROTOCOL_ERROR, place, [textFrame('a', { fin: false }), frame], {
          behind: [continuation('b')],
        }),
    },
  ];
}

/** Longer than 125 octets, as the two markers of a longer length say in the second octet. */
function tooLong(): Case[] {
  const lengths = [126, 127, 128, 65535, 65536];
  return OPCODES.flatMap(([name, opcode]) => [
    ...lengths.flatMap((length) =>
      wrong(`${name}-of-${length}`, `${name} of ${length} octets`, 'second octet', {
        opcode,
        payload: payloadOf(opcode, length),
      }),
    ),
    ...([16, 64] as const).flatMap((lengthBits) =>
      wrong(
        `${name}-length-in-${lengthBits}-bits`,
        `${name} of 5 octets with its length in ${lengthBits} bits`,
        'second octet',
        {
          opcode,
          payload: payloadOf(opcode, 5),
          lengthBits,
        },
      ),
    ),
  ]);
}

function fragmented(): Case[] {
  return OPCODES.flatMap(([name, opcode]) =>
    [0, 2, 125].flatMap((length) =>
      wrong(`${name}-without-fin-${length}`, `${name} of ${length} octets without FIN`, 'first octet', {
        opcode,
        payload: payloadOf(opcode, length),
        fin: false,
      }),
    ),
  );
}

/** Control frames leave the message around them as it is, wherever they are. */
function between(): Case[] {
  return [1, 2, 3, 4].map((cut): Case => {
    const word = Buffer.from('a€z');
    return {
      id: `${CLAUSE}-in-a-character-${cut}`,
      clause: CLAUSE,
      words: `a Ping whose payload is no UTF-8, and a Pong, in a text that is cut after octet ${cut}`,
      exchanges: () => [
        {
          send: [
            textFrame(word.subarray(0, cut), { fin: false }),
            ping(Buffer.of(0xff, 0xfe)),
            pong(Buffer.of(0xc0)),
            continuation(word.subarray(cut)),
          ],
          messages: [text(word)],
          pongs: [Buffer.of(0xff, 0xfe)],
        },
      ],
      end: open,
    };
  });
}

export const controlFrames: readonly Case[] = [...tooLong(), ...fragmented(), ...between()];
