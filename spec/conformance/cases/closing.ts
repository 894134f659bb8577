import type { Case, End, Part } from '../case.js';
import { pattern, text } from '../contents.js';
import { binaryFrame, close, closed, continuation, echo, ping, pong, textFrame } from '../parts.js';

const CLAUSE = '7.1';
type Closing = Extract<End, { is: 'closing' }>;

/** What a peer may still have sent, or sends against the rules, behind its own Close frame: nobody is told. */
const BEHIND: readonly (readonly [string, readonly Part[]])[] = [
  ['text', [textFrame('late')]],
  ['binary', [binaryFrame(pattern(1000))]],
  ['half a message', [textFrame('la', { fin: false })]],
  ['a Ping', [ping('late')]],
  ['a Pong', [pong('late')]],
  ['another Close frame', [close(1001)]],
  ['a frame that is wrong', [textFrame('late', { rsv: 7 })]],
  ['a text that is not UTF-8', [textFrame(Buffer.of(0xff))]],
  ['a thousand messages', Array.from({ length: 1000 }, () => textFrame('late'))],
  ['a hundred Pings', Array.from({ length: 100 }, () => ping('late'))],
];

function id(words: string): string {
  return `${CLAUSE}-${words.toLowerCase().replaceAll(' ', '-')}`;
}

function begunByPeer(): Case[] {
  const behind = BEHIND.map(([words, frames]): Case => ({
    id: id(`peer closes, then ${words}`.replace(',', '')),
    clause: CLAUSE,
    words: `the peer closes, and sends ${words} behind that`,
    end: () => closed(1000, close(1000, 'done'), ...frames),
  }));
  const inMessage = (
    [
      ['text', textFrame('a', { fin: false })],
      ['binary', binaryFrame('', { fin: false })],
    ] as const
  ).map(([type, frame]): Case => ({
    id: id(`peer closes in a message of ${type}`),
    clause: CLAUSE,
    words: `the peer closes between the frames of a message of ${type}, which is dropped`,
    end: () => closed(1001, frame, close(1001), continuation('b')),
  }));
  return [...behind, ...inMessage, afterWork()];
}

function afterWork(): Case {
  return {
    id: id('peer closes behind messages'),
    clause: CLAUSE,
    words: 'messages, a Ping and the Close frame at once: all are answered, the Close frame last',
    exchanges: () => [echo(text('one'))],
    end: () => ({
      is: 'closed',
      code: 4000,
      send: [textFrame('two'), ping('p'), textFrame('three'), close(4000)],
      messages: [text('two'), text('three')],
      pongs: [Buffer.from('p')],
    }),
  };
}

/** The endpoint begins; until the peer's Close frame comes, what it still sends is nothing to fail for. */
const IN_FLIGHT: readonly (readonly [string, readonly Part[]])[] = [
  ['nothing', []],
  ['a message', [textFrame('in flight')]],
  ['a message in frames', [textFrame('in ', { fin: false }), continuation('flight')]],
  ['half a message', [binaryFrame(pattern(200), { fin: false })]],
  ['a Ping', [ping('p')]],
  ['a Pong', [pong('p')]],
  ['a hundred messages', Array.from({ length: 100 }, (_, i) => textFrame(`number ${i}`))],
  ['a hundred Pings', Array.from({ length: 100 }, (_, i) => ping(`number ${i}`))],
];

function begunByEndpoint(): Case[] {
  const closings = (words: string, closing: Omit<Closing, 'is'>): Case => ({
    id: id(`endpoint closes, ${words}`.replace(',', '')),
    clause: CLAUSE,
    words: `the endpoint closes: ${words}`,
    exchanges: () => [echo(text('before'))],
    end: () => ({ is: 'closing', ...closing }),
  });
  const inFlight = IN_FLIGHT.flatMap(([words, frames]) => [
    closings(`${words} in flight`, {
      close: [1000, 'done'],
      send: [...frames, close(1000, 'done')],
      told: 1000,
    }),
    closings(`${words} crossing`, {
      close: [1001, 'going'],
      send: [...frames, close(3000, 'me too')],
      told: 3000,
      crossing: true,
    }),
  ]);
  const statuses: readonly (readonly [number, string])[] = [
    [1000, ''],
    [1001, 'grüße'],
    [1011, 'r'.repeat(123)],
    [3000, ''],
    [4999, '€'.repeat(41)],
  ];
  const codes = statuses.map(([code, reason]) =>
    closings(`with ${code} and a reason of ${Buffer.byteLength(reason)} octets`, {
      close: [code, reason],
      send: [close(code, reason)],
      told: code,
    }),
  );
  return [
    ...inFlight,
    ...codes,
    closings('answered with another code', { close: [1000, ''], send: [close(4001, 'other')], told: 4001 }),
    closings('answered without a code', { close: [1000, ''], send: [close()], told: 1005 }),
    closings('answered with a wrong frame', {
      close: [1000, ''],
      send: [textFrame('x', { rsv: 7 })],
      told: 1006,
    }),
    closings('answered with a wrong code', { close: [1000, ''], send: [close(1005)], told: 1006 }),
    closings('answered with text that is not UTF-8', {
      close: [1000, ''],
      send: [textFrame(Buffer.of(0xff))],
      told: 1006,
    }),
    closings('answered twice', { close: [1000, ''], send: [close(1000), close(1001)], told: 1000 }),
  ];
}

/** Without a Close frame the application is told 1006, and nothing of what was not whole. */
function cutOff(): Case[] {
  const cuts: readonly (readonly [string, readonly Part[]])[] = [
    ['at once', []],
    ['in a head', [{ octets: { server: Buffer.of(0x81), client: Buffer.of(0x81) } }]],
    [
      'in a payload',
      [
        {
          octets: {
            server: Buffer.from('818500000000686500', 'hex'),
            client: Buffer.from('81056865', 'hex'),
          },
        },
      ],
    ],
    ['in a message', [textFrame('a', { fin: false })]],
    [
      'in a Close frame',
      [{ octets: { server: Buffer.from('88820000000003', 'hex'), client: Buffer.from('880203', 'hex') } }],
    ],
  ];
  return cuts.map(([words, send]): Case => ({
    id: id(`peer ends the transport ${words}`),
    clause: CLAUSE,
    words: `the peer ends the transport ${words}, without a Close frame`,
    exchanges: () => [echo(text('before'))],
    end: () => ({ is: 'cut', send }),
  }));
}

export const closing: readonly Case[] = [...begunByPeer(), ...begunByEndpoint(), ...cutOff()];
