import type { Case, Exchange, FramePart, Part } from '../case.js';
import { jsonBytes, text } from '../contents.js';
import { deflated } from '../deflated.js';
import { closeBody } from '../../../src/testing/index.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../../support/wire-frames.js';
import {
  binaryFrame,
  close,
  closed,
  continuation,
  CONTINUATION,
  failed,
  fragments,
  open,
  ping,
  PROTOCOL_ERROR,
  textFrame,
} from '../parts.js';

const CLAUSE = '7692';
const RSV1 = 4;
const options = { compression: {} };
const HELLO = deflated('Hello');
const P = [Buffer.from('p')];

/** A compressed text in frames with these payloads. */
function compressedIn(payloads: readonly Uint8Array[]): FramePart[] {
  return fragments('text', payloads).map((frame, i) => (i === 0 ? { ...frame, rsv: RSV1 } : frame));
}

function single(id: string, words: string, exchanges: readonly Exchange[]): Case {
  return { id: `${CLAUSE}-${id}`, clause: CLAUSE, words, options, exchanges: () => exchanges, end: open };
}

/** RSV1 begins messages, and is nowhere else; the other bits are nobody's. */
function reservedBits(): Case[] {
  const inMessage: readonly Part[] = [{ ...textFrame(HELLO.subarray(0, 3), { fin: false }), rsv: RSV1 }];
  const inPlain: readonly Part[] = [textFrame('pl', { fin: false })];
  const frames: readonly (readonly [string, number, Uint8Array, readonly number[], readonly Part[]])[] = [
    ['text', TEXT, HELLO, [1, 2, 3, 5, 6, 7], []],
    ['binary', BINARY, HELLO, [1, 2, 3, 5, 6, 7], []],
    ['continuation', CONTINUATION, HELLO.subarray(3), [1, 2, 3, 4, 5, 6, 7], inMessage],
    ['continuation-of-plain', CONTINUATION, Buffer.from('ain'), [4], inPlain],
    ['ping', PING, Buffer.from('p'), [1, 2, 3, 4, 5, 6, 7], []],
    ['ping-in-a-message', PING, Buffer.from('p'), [4], inMessage],
    ['pong', PONG, Buffer.from('p'), [1, 2, 3, 4, 5, 6, 7], []],
    ['close', CLOSE, closeBody(1000), [1, 2, 3, 4, 5, 6, 7], []],
    ['reserved-opcode', 3, HELLO, [0, 4], []],
    ['reserved-control', 11, HELLO, [0, 4], []],
  ];
  return frames.flatMap(([name, opcode, payload, wrong, before]) =>
    wrong.map((rsv): Case => {
      const bits = rsv.toString(2).padStart(3, '0');
      return {
        id: `${CLAUSE}-rsv-${bits}-${name}`,
        clause: CLAUSE,
        words: `${name.replaceAll('-', ' ')} with the reserved bits ${bits}, compression agreed on`,
        options,
        end: () => failed(PROTOCOL_ERROR, 'first octet', [...before, { opcode, payload, rsv }]),
      };
    }),
  );
}

/** The frames of a message end anywhere in its blocks. */
function cuts(): Case[] {
  const said = Buffer.from('Hello, Grüße, Hello, Grüße! €€€');
  const payload = deflated(said);
  const messages = [text(said)];
  const inTwo = Array.from({ length: payload.length + 1 }, (_, at) =>
    single(`cut-${at}`, `a compressed text cut after octet ${at}, with a Ping between`, [
      {
        send: [
          ...compressedIn([payload.subarray(0, at)]).map(goesOn),
          ping('p'),
          continuation(payload.subarray(at)),
        ],
        messages,
        pongs: P,
      },
    ]),
  );
  const octets = [...payload].map((octet) => Buffer.of(octet));
  const empties = octets.flatMap((octet) => [Buffer.alloc(0), octet, Buffer.alloc(0)]);
  return [
    ...inTwo,
    single('cut-everywhere', 'a compressed text, an octet a frame, twice', [
      { send: [...compressedIn(octets), ...compressedIn(octets)], messages: [...messages, ...messages] },
    ]),
    single('cut-with-empty-frames', 'a compressed text, an octet a frame and empty ones between', [
      { send: compressedIn(empties), messages },
    ]),
    single(
      'answers-before-the-end',
      'a Ping behind each frame of a compressed text, answered before the next one is sent',
      compressedIn(octets).map((frame, i) => ({
        send: [frame, ping('p')],
        pongs: P,
        messages: i === octets.length - 1 ? messages : [],
      })),
    ),
  ];
}

function goesOn(frame: FramePart): FramePart {
  return { ...frame, fin: false };
}

/** Compression is a choice for each message. */
function mixed(): Case[] {
  const plain = textFrame('plain');
  const compressed: Part = { message: text('compressed') };
  const long: Part = { message: text(jsonBytes(5000, 1)), fragmentBytes: 100 };
  return [
    single('mixed', 'compressed messages and others by turns', [
      {
        send: [plain, compressed, plain, plain, compressed, compressed, textFrame(''), compressed],
        messages: ['plain', 'compressed', 'plain', 'plain', 'compressed', 'compressed', '', 'compressed'].map(
          (word) => text(word),
        ),
      },
    ]),
    single('mixed-in-frames', 'compressed messages and others by turns, in frames', [
      {
        send: [
          ...fragments('text', ['pl', 'ain']),
          long,
          ping('p'),
          ...fragments('text', ['', 'plain']),
          long,
        ],
        messages: [text('plain'), text(jsonBytes(5000, 1)), text('plain'), text(jsonBytes(5000, 1))],
        pongs: P,
      },
    ]),
    single('only-plain', 'nothing is compressed though it was agreed on', [
      {
        send: [plain, binaryFrame('b'), plain],
        messages: [text('plain'), { type: 'binary', data: Buffer.from('b') }, text('plain')],
      },
    ]),
  ];
}

function endings(): Case[] {
  return [
    {
      id: `${CLAUSE}-close-in-a-message`,
      clause: CLAUSE,
      words: 'a Close frame between the frames of a compressed message, which is dropped',
      options,
      end: () =>
        closed(
          1000,
          ...compressedIn([HELLO.subarray(0, 3)]).map(goesOn),
          close(1000),
          continuation(HELLO.subarray(3)),
        ),
    },
    {
      id: `${CLAUSE}-close-behind-messages`,
      clause: CLAUSE,
      words: 'compressed messages and the Close frame at once: all are echoed before it is answered',
      options,
      end: () => {
        const messages = [1, 2, 3].map((number) => text(jsonBytes(3000, number)));
        return {
          is: 'closed',
          code: 1000,
          send: [...messages.map((message) => ({ message })), close(1000)],
          messages,
        };
      },
    },
    {
      id: `${CLAUSE}-cut-off-in-a-message`,
      clause: CLAUSE,
      words: 'the peer ends the transport in a compressed message',
      options,
      end: () => ({ is: 'cut', send: compressedIn([HELLO.subarray(0, 3)]).map(goesOn) }),
    },
  ];
}

export const compressedFrames: readonly Case[] = [...reservedBits(), ...cuts(), ...mixed(), ...endings()];
