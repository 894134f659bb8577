import type { Case, Content } from '../case.js';
import { binary, contentOf, text } from '../contents.js';
import { echo, open } from '../parts.js';

const CLAUSE = '5.6';
const KIB = 1024;
const MIB = KIB * KIB;
const TYPES = ['text', 'binary'] as const;
/** Above what any of these messages has. */
const ROOM = { maxMessageBytes: 16 * MIB };

function nameOf(length: number): string {
  if (length >= MIB && length % MIB === 0) return `${length / MIB}-mib`;
  return length >= 64 * KIB && length % KIB === 0 ? `${length / KIB}-kib` : String(length);
}

function sizes(): Case[] {
  const lengths = [
    0,
    1,
    16,
    125,
    126,
    127,
    128,
    1000,
    65535,
    65536,
    256 * KIB,
    MIB,
    4 * MIB,
    8 * MIB,
    16 * MIB,
  ];
  return lengths.flatMap((length) =>
    TYPES.map((type): Case => ({
      id: `${CLAUSE}-${type}-of-${nameOf(length)}`,
      clause: CLAUSE,
      words: `${type} of ${length} octets in one frame`,
      big: length > 1000,
      ...(length >= MIB && { options: ROOM }),
      exchanges: () => [echo(contentOf(type, length))],
      end: open,
    })),
  );
}

/** What the network does to a long message: pieces of one size that know nothing of frames. */
function chopped(): Case[] {
  return [64, 128, 256, 512, KIB, 2 * KIB].flatMap((chopBytes) =>
    TYPES.map((type): Case => ({
      id: `${CLAUSE}-${type}-chopped-by-${chopBytes}`,
      clause: CLAUSE,
      words: `${type} of 1 MiB that arrives ${chopBytes} octets at a time`,
      big: true,
      segmentations: ['chops'],
      chopBytes,
      options: ROOM,
      exchanges: () => [echo(contentOf(type, MIB))],
      end: open,
    })),
  );
}

function many(): Case[] {
  return [2, 10, 100, 1000, 10_000].map((count): Case => ({
    id: `${CLAUSE}-${count}-messages`,
    clause: CLAUSE,
    words: `${count} messages at once, text and binary, all echoed in their order`,
    big: count > 100,
    exchanges: () => {
      const contents = Array.from({ length: count }, (_, i): Content => {
        return i % 2 === 0 ? text(`number ${i} ü`) : binary(`octets ${i}`);
      });
      return [echo(...contents)];
    },
    end: open,
  }));
}

const anyOctets: Case = {
  id: `${CLAUSE}-binary-is-no-text`,
  clause: CLAUSE,
  words: 'binary messages of octets that are no UTF-8 come back as they are',
  exchanges: () => [
    echo(
      binary(Buffer.of(0xff)),
      binary(Buffer.of(0xc0, 0xaf)),
      binary(Buffer.of(0xed, 0xa0, 0x80)),
      binary(Buffer.from(Array.from({ length: 256 }, (_, i) => i))),
    ),
  ],
  end: open,
};

export const dataFrames: readonly Case[] = [...sizes(), ...many(), anyOctets, ...chopped()];
