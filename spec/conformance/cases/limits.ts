import type { Case } from '../case.js';
import { binary, contentOf, pattern, text } from '../contents.js';
import {
  binaryFrame,
  continuation,
  echo,
  failed,
  fragmentsOf,
  frameOf,
  open,
  ping,
  POLICY,
  textFrame,
  TOO_BIG,
} from '../parts.js';

const CLAUSE = '10.4';
const LIMITS = [1, 125, 126, 1024, 65535, 65536];
const TYPES = ['text', 'binary'] as const;

/** A message of exactly the limit passes; of one octet more the head is enough to fail. */
function messages(): Case[] {
  return LIMITS.flatMap((limit) =>
    TYPES.flatMap((type): Case[] => {
      const options = { maxMessageBytes: limit };
      const big = limit > 1024;
      const id = `${CLAUSE}-${limit}-${type}`;
      return [
        {
          id: `${id}-reached`,
          clause: CLAUSE,
          words: `${type} of ${limit} octets, which is the limit, twice`,
          options,
          big,
          exchanges: () => [echo(contentOf(type, limit), contentOf(type, limit))],
          end: open,
        },
        {
          id: `${id}-passed`,
          clause: CLAUSE,
          words: `${type} of an octet over the limit of ${limit}: its head is enough`,
          options,
          big,
          end: () => failed(TOO_BIG, 'length', [frameOf(contentOf(type, limit + 1))]),
        },
        {
          id: `${id}-reached-in-fragments`,
          clause: CLAUSE,
          words: `${type} of ${limit} octets in fragments, which is the limit, twice`,
          options,
          big,
          exchanges: () => {
            const content = contentOf(type, limit);
            const frames = fragmentsOf(content, Math.ceil(limit / 3));
            return [{ send: [...frames, ...frames], messages: [content, content] }];
          },
          end: open,
        },
        {
          id: `${id}-passed-in-fragments`,
          clause: CLAUSE,
          words: `fragments of ${type}, the second an octet over the limit of ${limit}: its head is enough`,
          options,
          big,
          end: () => {
            const half = limit >> 1;
            const first = frameOf({ type, data: Buffer.alloc(half, 'a') }, { fin: false });
            return failed(TOO_BIG, 'length', [first, continuation(Buffer.alloc(limit + 1 - half, 'a'))]);
          },
        },
      ];
    }),
  );
}

function fragmentCounts(): Case[] {
  return [1, 2, 10, 1000].flatMap((maxFragments): Case[] => [
    {
      id: `${CLAUSE}-${maxFragments}-fragments-reached`,
      clause: CLAUSE,
      words: `a message in ${maxFragments} frames, which is the limit, twice`,
      options: { maxFragments },
      exchanges: () => {
        const content = binary(pattern(maxFragments));
        const frames = fragmentsOf(content, 1);
        return [{ send: [...frames, ...frames], messages: [content, content] }];
      },
      end: open,
    },
    {
      id: `${CLAUSE}-${maxFragments}-fragments-passed`,
      clause: CLAUSE,
      words: `a message in a frame more than the limit of ${maxFragments}, all of them empty`,
      options: { maxFragments },
      end: () => {
        const more = Array.from({ length: maxFragments }, () => continuation('', { fin: false }));
        return failed(POLICY, 'length', [binaryFrame('', { fin: false }), ...more]);
      },
    },
  ]);
}

const controlsDoNotCount: Case = {
  id: `${CLAUSE}-controls-do-not-count`,
  clause: CLAUSE,
  words: 'Pings between the frames of a message count neither as octets nor as frames of it',
  options: { maxMessageBytes: 10, maxFragments: 2 },
  exchanges: () => [
    {
      send: [
        textFrame('12345', { fin: false }),
        ping(pattern(125)),
        ping(pattern(100)),
        continuation('67890'),
      ],
      messages: [text('1234567890')],
      pongs: [pattern(125), pattern(100)],
    },
  ],
  end: open,
};

const octetsCount: Case = {
  id: `${CLAUSE}-octets-and-not-characters`,
  clause: CLAUSE,
  words: 'the limit of text is of octets: five characters of three are too much for ten',
  options: { maxMessageBytes: 10 },
  exchanges: () => [echo(text('€€€'), text('1234567890'))],
  end: () => failed(TOO_BIG, 'length', [textFrame('€€€€€')]),
};

export const limits: readonly Case[] = [...messages(), ...fragmentCounts(), controlsDoNotCount, octetsCount];
