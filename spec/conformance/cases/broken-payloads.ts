import type { Case, Content } from '../case.js';
import { binary, jsonBytes } from '../contents.js';
import { deflated, hasLastBlock, inflatedStrictly } from '../deflated.js';
import { failed, fragmentsOf, NOT_UTF8, textFrame, three } from '../parts.js';
import { BAD_DATA, CLAUSE, compressedBinary, compressedText, passes } from './compressed-case.js';
import { isUtf8 } from 'node:buffer';

const options = { compression: {} };
const TYPES = ['text', 'binary'] as const;

/** Payloads that are cut off: whether anything is missing is what zlib says. */
function prefixes(): Case[] {
  const whole = deflated(jsonBytes(90, 5));
  return Array.from({ length: whole.length }, (_, length) => length).flatMap((length) =>
    judged(
      `prefix-${three(length)}`,
      `the first ${length} octets of ${whole.length}`,
      whole.subarray(0, length),
    ),
  );
}

/** Every bit of a payload turned, but for those that make a block the last one. */
function flips(): Case[] {
  const hello = deflated('Hello');
  return Array.from({ length: hello.length * 8 }, (_, bit) => bit).flatMap((bit) => {
    const payload = Buffer.from(hello);
    payload[bit >> 3]! ^= 1 << (bit & 7);
    if (hasLastBlock(payload)) return [];
    return judged(`flip-${three(bit)}`, `Hello with bit ${bit} turned`, payload);
  });
}

/** A stored block that says it is longer than it is: the octets that the receiver puts behind a payload are not of it. */
function cutStored(): Case[] {
  return Array.from({ length: 30 }, (_, i) => i + 3).flatMap((length) => {
    const payload = Buffer.of(0x00, length, 0x00, ~length & 0xff, 0xff, 0x48, 0x65);
    return judged(
      `stored-${three(length)}`,
      `a stored block of ${length} octets, of which two are there`,
      payload,
    );
  });
}

/** What is to happen is what zlib says of the payload, asked strictly. */
function judged(id: string, words: string, payload: Uint8Array): Case[] {
  const data = inflatedStrictly(payload);
  return TYPES.map((type): Case => {
    const frame = type === 'text' ? compressedText(payload) : compressedBinary(payload);
    if (data !== undefined && (type === 'binary' || isUtf8(data))) {
      const messages: Content[] = [{ type, data }, binary('behind')];
      return passes(`${id}-${type}`, `${words}, which is a message`, () => [
        { send: [frame, { opcode: 2, payload: Buffer.from('behind') }], messages },
      ]);
    }
    return {
      id: `${CLAUSE}-${id}-${type}`,
      clause: CLAUSE,
      words: `${words}, which is ${data === undefined ? 'no whole number of blocks' : 'no text'}`,
      options,
      end: () => failed(BAD_DATA, 'end', [frame], { behind: [textFrame('behind')] }),
    };
  });
}

/** Text is checked when it is inflated. */
function notText(): Case[] {
  const some = ['ff', 'c0af', 'eda080', 'f4908080', 'e282', '68656c6c6fff'];
  return some.flatMap((digits): Case[] => {
    const data = Buffer.from(digits, 'hex');
    const behind = Buffer.concat([jsonBytes(70_000, 1), data]);
    return [
      {
        id: `${CLAUSE}-not-utf8-${digits}`,
        clause: CLAUSE,
        words: `a compressed text with ${digits}`,
        options,
        end: () => failed(NOT_UTF8, 'end', [compressedText(deflated(data))]),
      },
      {
        id: `${CLAUSE}-not-utf8-${digits}-behind-70000`,
        clause: CLAUSE,
        words: `a compressed text with ${digits} behind 70,000 octets, in frames`,
        options,
        big: true,
        end: () => {
          const frames = fragmentsOf({ type: 'text', data: deflated(behind) }, 500);
          return failed(
            NOT_UTF8,
            'end',
            frames.map((frame, i) => (i === 0 ? { ...frame, rsv: 4 } : frame)),
          );
        },
      },
      passes(`not-utf8-${digits}-binary`, `a compressed binary message with ${digits}`, () => [
        { send: [compressedBinary(deflated(data))], messages: [binary(data)] },
      ]),
    ];
  });
}

export const brokenPayloads: readonly Case[] = [...prefixes(), ...flips(), ...cutStored(), ...notText()];
