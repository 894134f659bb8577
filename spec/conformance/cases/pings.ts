import type { Case, Exchange } from '../case.js';
import { binary, pattern, text, textBytes } from '../contents.js';
import { binaryFrame, echo, fragments, open, ping, pong, textFrame, three } from '../parts.js';

const PINGS = '5.5.2';
const PONGS = '5.5.3';
const LENGTHS = Array.from({ length: 126 }, (_, length) => length);
const FLOODS = [10, 100, 1000, 10_000];

/** Payloads that are all different. */
function numbered(count: number, length: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => {
    const payload = pattern(length);
    if (length >= 4) payload.writeUInt32BE(i);
    return payload;
  });
}

function single(): Case[] {
  return LENGTHS.map((length): Case => ({
    id: `${PINGS}-of-${three(length)}`,
    clause: PINGS,
    words: `a Ping of ${length} octets, alone and in a message`,
    exchanges: () => [
      { send: [ping(pattern(length))], pongs: [pattern(length)] },
      { send: [textFrame('a', { fin: false }), ping(pattern(length))], pongs: [pattern(length)] },
      { send: fragments('text', ['', 'b']).slice(1), messages: [text('ab')] },
    ],
    end: open,
  }));
}

function floods(): Case[] {
  return FLOODS.flatMap((count) =>
    [4, 125].flatMap((length): Case[] => {
      const id = `${PINGS}-flood-${count}-of-${length}`;
      const words = `${count} Pings of ${length} octets at once`;
      const big = count > 100;
      return [
        {
          id,
          clause: PINGS,
          words,
          big,
          exchanges: () => [
            { send: numbered(count, length).map((payload) => ping(payload)), pongs: numbered(count, length) },
            echo(text('still here')),
          ],
          end: open,
        },
        {
          id: `${id}-in-a-message`,
          clause: PINGS,
          words: `${words}, between the frames of a message`,
          big,
          exchanges: () => [floodInMessage(count, length)],
          end: open,
        },
      ];
    }),
  );
}

function floodInMessage(count: number, length: number): Exchange {
  const payloads = numbered(count, length);
  const first = binaryFrame(Buffer.of(1), { fin: false });
  const last = { opcode: 0, payload: Buffer.of(2) };
  return {
    send: [first, ...payloads.map((payload) => ping(payload)), last],
    messages: [binary(Buffer.of(1, 2))],
    pongs: payloads,
  };
}

const amongMessages: Case = {
  id: `${PINGS}-among-messages`,
  clause: PINGS,
  words: 'messages and Pings by turns, at once: each answered in its order',
  exchanges: () => {
    const contents = Array.from({ length: 16 }, (_, i) => text(textBytes(i * 10)));
    const pongs = numbered(16, 8);
    return [
      {
        send: contents.flatMap(({ data }, i) => [textFrame(data), ping(pongs[i])]),
        messages: contents,
        pongs,
      },
    ];
  },
  end: open,
};

const inALongMessage: Case = {
  id: `${PINGS}-in-a-long-message`,
  clause: PINGS,
  words: 'a Ping behind every 16 KiB of a message, answered before more is sent',
  big: true,
  exchanges: () => {
    const payloads = Array.from({ length: 32 }, () => pattern(16 * 1024));
    const frames = fragments('binary', payloads);
    const message = binary(Buffer.concat(payloads));
    return frames.map((frame, i): Exchange => {
      const last = i === frames.length - 1;
      const payload = Buffer.from(`after ${i}`);
      return { send: [frame, ping(payload)], pongs: [payload], messages: last ? [message] : [] };
    });
  },
  end: open,
};

function unsolicited(): Case[] {
  return LENGTHS.map((length): Case => ({
    id: `${PONGS}-of-${three(length)}`,
    clause: PONGS,
    words: `a Pong of ${length} octets that nobody asked for: nothing is sent in answer`,
    exchanges: () => [
      { send: [pong(pattern(length)), ping('p')], pongs: [Buffer.from('p')] },
      echo(text('still here')),
    ],
    end: open,
  }));
}

function floodsOfPongs(): Case[] {
  return FLOODS.flatMap((count) =>
    [4, 125].map((length): Case => ({
      id: `${PONGS}-flood-${count}-of-${length}`,
      clause: PONGS,
      words: `${count} Pongs of ${length} octets that nobody asked for, then a Ping`,
      big: count > 100,
      exchanges: () => [
        {
          send: [...numbered(count, length).map((payload) => pong(payload)), ping('p')],
          pongs: [Buffer.from('p')],
        },
      ],
      end: open,
    })),
  );
}

const both: Case = {
  id: `${PONGS}-around-a-ping`,
  clause: PONGS,
  words: 'Pongs before and behind a Ping with the same payload: it is answered once',
  exchanges: () => [
    { send: [pong('same'), ping('same'), pong('same')], pongs: [Buffer.from('same')] },
    echo(text('still here')),
  ],
  end: open,
};

export const pings: readonly Case[] = [...single(), amongMessages, ...floods(), inALongMessage];
export const pongs: readonly Case[] = [...unsolicited(), both, ...floodsOfPongs()];
