import { deflateRawSync } from 'node:zlib';
import type { Case, Content, EndpointOptions, FramePart } from '../case.js';
import { binary, jsonBytes, noiseBytes, text } from '../contents.js';
import { deflated } from '../deflated.js';
import { echo, failed, open, TOO_BIG } from '../parts.js';
import { CLAUSE, compressedBinary, compressedText } from './compressed-case.js';

const KIB = 1024;

/** The limit is of what is inflated. */
function limits(): Case[] {
  const limit = 10 * KIB;
  const bounded: EndpointOptions = { maxMessageBytes: limit, compression: {} };
  const kinds: readonly (readonly [string, (length: number) => Content])[] = [
    ['zeros', (length) => binary(Buffer.alloc(length))],
    ['json', (length) => text(jsonBytes(length, 2))],
    ['noise', (length) => binary(noiseBytes(length, 2))],
  ];
  const cases = kinds.flatMap(([name, make]): Case[] => [
    {
      id: `${CLAUSE}-limit-reached-${name}`,
      clause: CLAUSE,
      words: `compressed ${name} of ${limit} octets, which is the limit, twice`,
      options: bounded,
      exchanges: () => [
        { send: [{ message: make(limit) }, { message: make(limit) }], messages: [make(limit), make(limit)] },
      ],
      end: open,
    },
    {
      id: `${CLAUSE}-limit-passed-${name}`,
      clause: CLAUSE,
      words: `compressed ${name} of an octet over the limit of ${limit}`,
      options: bounded,
      exchanges: () => [echo(text('before'))],
      end: () => failed(TOO_BIG, 'end', [{ message: make(limit + 1) }]),
    },
    {
      id: `${CLAUSE}-limit-passed-${name}-in-frames`,
      clause: CLAUSE,
      words: `compressed ${name} far over the limit, in frames of 10 octets`,
      options: bounded,
      end: () => failed(TOO_BIG, 'end', [{ message: make(20 * limit), fragmentBytes: 10 }]),
    },
  ]);
  const sealed = (length: number): FramePart =>
    compressedBinary(Buffer.concat([deflateRawSync(Buffer.alloc(length)), Buffer.of(0x00)]));
  const lastBlocks: Case[] = [
    {
      id: `${CLAUSE}-limit-reached-last-block`,
      clause: CLAUSE,
      words: `zeros of ${limit} octets in a last block, with an empty one behind it`,
      options: bounded,
      exchanges: () => [{ send: [sealed(limit)], messages: [binary(Buffer.alloc(limit))] }],
      end: open,
    },
    {
      id: `${CLAUSE}-limit-passed-last-block`,
      clause: CLAUSE,
      words: `zeros of an octet over the limit of ${limit}, in a last block`,
      options: bounded,
      end: () => failed(TOO_BIG, 'end', [sealed(limit + 1)]),
    },
  ];
  const bombs = [1, 16].map((mib): Case => ({
    id: `${CLAUSE}-bomb-${mib}-mib`,
    clause: CLAUSE,
    words: `a text of ${mib} MiB that is a thousandth of that when it is compressed, for a limit of 64 KiB`,
    options: { maxMessageBytes: 64 * KIB, compression: {} },
    end: () => failed(TOO_BIG, 'end', [compressedText(deflated(Buffer.alloc(mib * KIB * KIB, 'a')))]),
  }));
  return [...cases, ...lastBlocks, ...bombs];
}

export const compressedLimits: readonly Case[] = limits();
