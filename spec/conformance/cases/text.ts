import type { Case, Exchange, FramePart } from '../case.js';
import { binary, text, textBytes } from '../contents.js';
import { continuation, echo, failed, fragments, NOT_UTF8, open, ping, textFrame, three } from '../parts.js';
import { octetsToImpossible } from '../utf8-table.js';
import { IMPOSSIBLE, TRUNCATED, VALID } from './text-samples.js';

const CLAUSE = '8.1';
const MIB = 1024 * 1024;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Whole, cut in two at every octet, and octet by octet with nothing and with Pings between. */
function valid(): Case[] {
  return VALID.map(([name, characters]): Case => ({
    id: `${CLAUSE}-valid-${name}`,
    clause: CLAUSE,
    words: `${name.replaceAll('-', ' ')}: whole, cut in two at every octet, and octet by octet`,
    exchanges: () => waysToSend(Buffer.from(characters)),
    end: open,
  }));
}

function* waysToSend(bytes: Buffer): Generator<Exchange> {
  yield echo(text(bytes));
  for (let at = 1; at < bytes.length; at++) {
    yield { send: fragments('text', [bytes.subarray(0, at), bytes.subarray(at)]), messages: [text(bytes)] };
  }
  const single = fragments(
    'text',
    [...bytes].map((octet) => Buffer.of(octet)),
  );
  yield { send: single, messages: [text(bytes)] };
  const spaced = fragments(
    'text',
    [...bytes].flatMap((octet) => [Buffer.alloc(0), Buffer.of(octet)]),
  );
  yield { send: spaced, messages: [text(bytes)] };
  const pings = single.slice(0, 8).map((_, i) => ping(Buffer.of(0xf0, i)));
  yield {
    send: single.flatMap((frame, i): FramePart[] => [...pings.slice(i, i + 1), frame]),
    messages: [text(bytes)],
    pongs: pings.map(({ payload }) => payload ?? Buffer.alloc(0)),
  };
}

/** The octets up to the impossible one are the last that are sent, in the middle of a frame that goes on. */
function impossible(): Case[] {
  return IMPOSSIBLE.flatMap((bytes): Case[] => {
    const words = `text with ${hex(bytes)}`;
    const place = octetsToImpossible(bytes) ?? 0;
    return [
      {
        id: `${CLAUSE}-impossible-${hex(bytes)}`,
        clause: CLAUSE,
        words: `${words}, fails at octet ${place} of a frame that goes on`,
        end: () => failed(NOT_UTF8, place, [textFrame(Buffer.concat([bytes, Buffer.from(' and more')]))]),
      },
      {
        id: `${CLAUSE}-impossible-${hex(bytes)}-in-frames`,
        clause: CLAUSE,
        words: `${words}, a frame for each octet, fails at frame ${place} of a message that goes on`,
        end: () => {
          const frames = fragments(
            'text',
            [...bytes].map((octet) => Buffer.of(octet)),
          );
          const behind = [...frames.slice(place), continuation('and more')];
          return failed(NOT_UTF8, 1, frames.slice(0, place).map(goesOn), { behind: behind.map(goesOn) });
        },
      },
    ];
  });
}

function goesOn(frame: FramePart): FramePart {
  return { ...frame, fin: false };
}

/** The end of the message is the first place at which anything is wrong. */
function truncated(): Case[] {
  return TRUNCATED.flatMap((bytes): Case[] => {
    const words = `text that ends with ${hex(bytes)}`;
    const id = `${CLAUSE}-truncated-${hex(bytes)}`;
    return [
      {
        id,
        clause: CLAUSE,
        words,
        end: () => failed(NOT_UTF8, 'end', [textFrame(bytes)], { behind: [textFrame('behind')] }),
      },
      {
        id: `${id}-behind-text`,
        clause: CLAUSE,
        words: `${words}, behind other characters`,
        end: () => failed(NOT_UTF8, 'end', [textFrame(Buffer.concat([Buffer.from('grüße '), bytes]))]),
      },
      {
        id: `${id}-in-frames`,
        clause: CLAUSE,
        words: `${words}, and then an empty last frame`,
        end: () => failed(NOT_UTF8, 'end', [textFrame(bytes, { fin: false }), continuation('')]),
      },
    ];
  });
}

/** What is before the impossible octets, and how it is cut. */
function behindText(): Case[] {
  const samples = ['ff', 'c341', 'e28241', 'eda080', 'f09f9841', 'f4908080'].map((digits) =>
    Buffer.from(digits, 'hex'),
  );
  const lengths = [1, 7, 12, 63, 64, 125, 1000, 16_383, 16_384, 65_535, 70_000, 200_000];
  return samples.flatMap((bytes) =>
    lengths.flatMap((length): Case[] => {
      const before = textBytes(length);
      const place = length + (octetsToImpossible(bytes) ?? 0);
      const words = `${hex(bytes)} behind ${length} octets of text`;
      const id = `${CLAUSE}-behind-${three(length)}-${hex(bytes)}`;
      const whole = Buffer.concat([before, bytes, Buffer.alloc(50, 'z')]);
      return [
        {
          id,
          clause: CLAUSE,
          words: `${words}, in one frame`,
          big: length > 1000,
          end: () => failed(NOT_UTF8, place, [textFrame(whole)]),
        },
        {
          id: `${id}-in-two`,
          clause: CLAUSE,
          words: `${words}, cut in the middle of the text, behind a message that is right`,
          big: length > 1000,
          exchanges: () => [echo(text('right ü'))],
          end: () => {
            const cut = length >> 1;
            const frames = [
              textFrame(whole.subarray(0, cut), { fin: false }),
              continuation(whole.subarray(cut)),
            ];
            return failed(NOT_UTF8, place - cut, frames);
          },
        },
      ];
    }),
  );
}

/** A long frame fails where it goes wrong, and not when all of it is there. */
function early(): Case[] {
  return [17, 5000, MIB, 9 * MIB].map((place): Case => ({
    id: `${CLAUSE}-early-${place}`,
    clause: CLAUSE,
    words: `text of 10 MiB in one frame, of which octet ${place} is impossible`,
    big: true,
    options: { maxMessageBytes: 16 * MIB },
    end: () => {
      const payload = Buffer.alloc(10 * MIB, 'a');
      payload[place - 1] = 0xff;
      return failed(NOT_UTF8, place, [textFrame(payload)]);
    },
  }));
}

const notMixed: Case = {
  id: `${CLAUSE}-each-message-for-itself`,
  clause: CLAUSE,
  words: 'half a character at the end of one binary message and at the beginning of the next is no concern',
  exchanges: () => [echo(binary(Buffer.of(0xe2)), text('ü'), binary(Buffer.of(0x82, 0xac)), text('€'))],
  end: open,
};

const everyCodePoint: Case = {
  id: `${CLAUSE}-every-code-point`,
  clause: CLAUSE,
  words: 'a message of all 1,112,064 code points that are characters or may be',
  big: true,
  options: { maxMessageBytes: 16 * MIB },
  exchanges: () => {
    let all = '';
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code < 0xd800 || code > 0xdfff) all += String.fromCodePoint(code);
    }
    return [echo(text(all))];
  },
  end: open,
};

export const utf8: readonly Case[] = [
  ...valid(),
  notMixed,
  everyCodePoint,
  ...impossible(),
  ...truncated(),
  ...behindText(),
  ...early(),
];
