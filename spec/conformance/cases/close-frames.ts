import type { Case } from '../case.js';
import { text } from '../contents.js';
import { closeBody } from '../../../src/testing/index.js';
import { CLOSE } from '../../support/wire-frames.js';
import { close, closed, echo, failed, NOT_UTF8, PROTOCOL_ERROR, slug, textFrame, three } from '../parts.js';
import { IMPOSSIBLE, TRUNCATED, VALID } from './text-samples.js';

const FRAME = '5.5.1';
const CODES = '7.4';
const REASONS = [0, 1, 2, 63, 64, 121, 122, 123];

const ALLOWED = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const FORBIDDEN = [
  ...[0, 1, 2, 99, 100, 255, 256, 500, 998, 999],
  ...[1004, 1005, 1006, 1015, 1016, 1017, 1099, 1100],
  ...Array.from({ length: 17 }, (_, i) => 1200 + 100 * i),
  ...[1999, 2000, 2999, 5000, 5001, 9999, 32768, 65534, 65535],
];

function allowedCodes(): Case[] {
  return [...new Set(ALLOWED)].flatMap((code) => [
    {
      id: `${CODES}-${code}`,
      clause: CODES,
      words: `the code ${code}, which comes back`,
      end: () => closed(code, close(code)),
    },
    {
      id: `${CODES}-${code}-with-a-reason`,
      clause: CODES,
      words: `the code ${code} with a reason, behind a message`,
      exchanges: () => [echo(text('first'))],
      end: () => closed(code, close(code, 'grund: ü')),
    },
  ]);
}

/** Both octets of the code are there: nothing more is needed. */
function forbiddenCodes(): Case[] {
  return [...new Set(FORBIDDEN)].flatMap((code) => [
    {
      id: `${CODES}-${code}`,
      clause: CODES,
      words: `the code ${code}, which may not be sent`,
      end: () => failed(PROTOCOL_ERROR, 2, [close(code)]),
    },
    {
      id: `${CODES}-${code}-with-a-reason`,
      clause: CODES,
      words: `the code ${code}, which may not be sent, with a reason`,
      end: () => failed(PROTOCOL_ERROR, 2, [close(code, 'reason')], { behind: [textFrame('behind')] }),
    },
  ]);
}

const empty: Case = {
  id: `${FRAME}-empty`,
  clause: FRAME,
  words: 'a Close frame without a code; the application is told 1005',
  end: () => closed(undefined, close()),
};

function single(): Case[] {
  return [0, 3, 255].map((octet) => ({
    id: `${FRAME}-one-octet-${octet}`,
    clause: FRAME,
    words: `a Close frame whose payload is the octet ${octet}`,
    end: () => failed(PROTOCOL_ERROR, 'second octet', [{ opcode: CLOSE, payload: Buffer.of(octet) }]),
  }));
}

function reasons(): Case[] {
  const lengths = REASONS.map((length) => [`of-${three(length)}`, 'r'.repeat(length)] as const);
  const texts = VALID.map(([name, characters]) => [slug(name), characters] as const);
  return [...lengths, ...texts].map(([name, reason]) => ({
    id: `${FRAME}-reason-${name}`,
    clause: FRAME,
    words: `a reason ${name.replaceAll('-', ' ')}`,
    end: () => closed(1000, close(1000, reason)),
  }));
}

function wrongReasons(): Case[] {
  const some = [...IMPOSSIBLE.filter((_, i) => i % 7 === 0), ...TRUNCATED];
  return some.map((bytes) => {
    const digits = Buffer.from(bytes).toString('hex');
    return {
      id: `${FRAME}-reason-not-utf8-${digits}`,
      clause: FRAME,
      words: `a reason that ends with ${digits}`,
      end: () => {
        const payload = Buffer.concat([closeBody(1000, 'grund ü '), bytes]);
        return failed(NOT_UTF8, 'end', [{ opcode: CLOSE, payload }]);
      },
    };
  });
}

export const closeFrames: readonly Case[] = [empty, ...single(), ...reasons(), ...wrongReasons()];
export const closeCodes: readonly Case[] = [...allowedCodes(), ...forbiddenCodes()];
