import type { Case, Content, Exchange, FramePart } from '../case.js';
import { binary, contentOf, pattern, text, textBytes } from '../contents.js';
import { continuation, fragments, fragmentsOf, open, ping, pong, textFrame } from '../parts.js';

const CLAUSE = '5.4';
const KIB = 1024;
const MIB = KIB * KIB;
const NO_OCTETS = '';

/** A fragmented message, in one exchange. */
function joined(
  id: string,
  words: string,
  type: Content['type'],
  payloads: readonly (Uint8Array | string)[],
): Case {
  const data = Buffer.concat(payloads.map((payload) => Buffer.from(payload as Uint8Array)));
  return {
    id: `${CLAUSE}-${id}-${type}`,
    clause: CLAUSE,
    words: `${type} ${words}`,
    exchanges: () => [{ send: fragments(type, payloads), messages: [{ type, data }] }],
    end: open,
  };
}

function empties(): Case[] {
  const shapes: readonly (readonly [string, readonly string[]])[] = [
    ['empty first', [NO_OCTETS, 'b']],
    ['empty last', ['a', NO_OCTETS]],
    ['empty middle', ['a', NO_OCTETS, 'b']],
    ['all empty', [NO_OCTETS, NO_OCTETS, NO_OCTETS]],
    ['two empty', [NO_OCTETS, NO_OCTETS]],
    ['only the middle not empty', [NO_OCTETS, 'a', NO_OCTETS]],
    ['only the last of ten not empty', [...Array.from({ length: 9 }, () => NO_OCTETS), 'a']],
    ['a thousand empty', Array.from({ length: 1000 }, () => NO_OCTETS)],
    ['of a thousand octets one by one', Array.from({ length: 1000 }, (_, i) => String(i % 10))],
  ];
  return shapes.flatMap(([words, payloads]) =>
    (['text', 'binary'] as const).map((type) =>
      joined(words.replaceAll(' ', '-'), `in ${payloads.length} frames, ${words}`, type, payloads),
    ),
  );
}

/** Frames whose heads are of different forms. */
function unequal(): Case[] {
  const lengths = [
    [1, 126, 1],
    [125, 126, 127],
    [65535, 1, 65536],
    [65536, 0, 125],
    [70000, 70000],
    [1, 70000, 1],
  ];
  return lengths.flatMap((some) => [
    {
      ...joined(
        `of-${some.join('-')}`,
        `in frames of ${some.join(', ')} octets`,
        'binary',
        some.map(pattern),
      ),
      big: true,
    },
    {
      ...joined(
        `of-${some.join('-')}`,
        `in frames of ${some.join(', ')} octets`,
        'text',
        some.map(textBytes),
      ),
      big: true,
    },
  ]);
}

/** Pings between the frames are answered before the rest of the message is sent. */
function controlsBetween(): Case[] {
  const between: Readonly<Record<string, FramePart>> = {
    ping: ping('between'),
    'empty-ping': ping(),
    'long-ping': ping(pattern(125)),
    pong: pong('between'),
  };
  return Object.entries(between).map(([name, control]): Case => ({
    id: `${CLAUSE}-waits-for-nothing-${name}`,
    clause: CLAUSE,
    words: `${name.replace('-', ' ')} between all frames, answered before the next one is sent`,
    exchanges: () => alternating(control, ['ge', 'mis', '', 'cht ', 'ü€']),
    end: open,
  }));
}

function alternating(control: FramePart, words: readonly string[]): Exchange[] {
  const pongs = control.opcode === 9 ? [control.payload ?? Buffer.alloc(0)] : [];
  const frames = fragments('text', words);
  return frames.flatMap((frame, i): Exchange[] => [
    { send: [control], pongs },
    { send: [frame], messages: i === frames.length - 1 ? [text(words.join(''))] : [] },
  ]);
}

const severalAtOnce: Case = {
  id: `${CLAUSE}-several-messages`,
  clause: CLAUSE,
  words: 'fragmented messages and whole ones by turns, sent together',
  exchanges: () => {
    const contents = Array.from({ length: 60 }, (_, i) =>
      i % 2 === 0 ? text(`text ${i}`) : binary(pattern(i)),
    );
    return [
      {
        send: contents.flatMap((content, i) => fragmentsOf(content, i % 3 === 0 ? Infinity : (i % 5) + 1)),
        messages: contents,
      },
    ];
  },
  end: open,
};

const unfinishedIsForgotten: Case = {
  id: `${CLAUSE}-no-message-before-its-end`,
  clause: CLAUSE,
  words: 'nothing is delivered of a message before its last frame: a Ping is answered, and nothing else',
  exchanges: () => [
    {
      send: [textFrame('not ', { fin: false }), continuation('yet ', { fin: false }), ping('p')],
      pongs: [Buffer.from('p')],
    },
    { send: [continuation('done')], messages: [text('not yet done')] },
  ],
  end: open,
};

/** 4 MiB in frames of every size. */
function long(): Case[] {
  const sizes = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB];
  return sizes.flatMap((size) =>
    (['text', 'binary'] as const).map((type): Case => ({
      id: `${CLAUSE}-4-mib-in-${size}-${type}`,
      clause: CLAUSE,
      words: `${type} of 4 MiB in ${(4 * MIB) / size} frames of ${size} octets`,
      big: true,
      options: { maxMessageBytes: 16 * MIB },
      exchanges: () => {
        const content = contentOf(type, 4 * MIB);
        return [{ send: fragmentsOf(content, size), messages: [content] }];
      },
      end: open,
    })),
  );
}

/** The endpoint cuts what it echoes; the Pongs come between its frames or around them. */
function cutByTheEndpoint(): Case[] {
  const sizes = [1, 2, 125, 126, 1300, 65535, 65536];
  return sizes.flatMap((fragmentBytes) =>
    (['text', 'binary'] as const).map((type): Case => {
      const lengths = [
        0,
        1,
        2,
        3,
        125,
        126,
        127,
        fragmentBytes - 1,
        fragmentBytes,
        fragmentBytes + 1,
        2 * fragmentBytes,
      ];
      const long = fragmentBytes > 100 ? [64 * KIB] : [];
      const contents = [...lengths, ...long].map((length) => contentOf(type, length));
      return {
        id: `${CLAUSE}-endpoint-cuts-at-${fragmentBytes}-${type}`,
        clause: CLAUSE,
        words: `${type} that the endpoint sends in frames of at most ${fragmentBytes} octets`,
        big: fragmentBytes > 100,
        options: { fragmentBytes },
        exchanges: () =>
          contents.map((content) => ({
            send: [...fragmentsOf(content, Infinity), ping('p')],
            messages: [content],
            pongs: [Buffer.from('p')],
          })),
        end: open,
      };
    }),
  );
}

export const fragmentation: readonly Case[] = [
  ...empties(),
  ...unequal(),
  ...controlsBetween(),
  severalAtOnce,
  unfinishedIsForgotten,
  ...cutByTheEndpoint(),
  ...long(),
];
