import { isUtf8 } from 'node:buffer';
import { readVectors } from '../vectors/build.js';
import { type Case, type End, type Part, type Role, ROLES } from './case.js';
import { CLAUSES } from './clauses.js';
import { deflated, inflatedStrictly } from './deflated.js';
import { encode, joined, octetsTo } from './octets.js';
import { type Verdict, verdictOn } from './oracle.js';
import { Random } from './random.js';
import { VECTORS } from './sample.js';
import { CASES } from './suite.js';
import { Utf8Reader } from './utf8-table.js';

/** What a case says in the words of the oracle. */
interface Said {
  readonly octets: Buffer;
  readonly verdict: Verdict;
}

const random = new Random(1);

function octetsOf(parts: readonly Part[], role: Role): Buffer {
  return Buffer.concat(parts.map((part) => octetsOfPart(part, role)));
}

function octetsOfPart(part: Part, role: Role): Buffer {
  if ('octets' in part) return Buffer.from(part.octets[role]);
  if ('message' in part) throw new Error('only the peer of a trial compresses');
  return joined([encode(part, role, random)]);
}

/** How many octets there are up to where the case fails. */
function failsAt(end: Extract<End, { is: 'failed' }>, before: number, role: Role): number {
  const last = end.send.at(-1)!;
  const rest = before + octetsOf(end.send.slice(0, -1), role).length;
  if ('octets' in last) return rest + Number(end.place);
  if ('message' in last) throw new Error('only the peer of a trial compresses');
  return rest + octetsTo(end.place, encode(last, role, random));
}

function whatIsSaidBy(one: Case, role: Role): Said {
  const exchanges = [...(one.exchanges?.() ?? [])];
  const end = one.end();
  const answers = end.is === 'open' || end.is === 'closing' ? exchanges : [...exchanges, end];
  const first = octetsOf(
    exchanges.flatMap(({ send }) => send),
    role,
  );
  const octets =
    end.is === 'open' || end.is === 'closing' ? first : Buffer.concat([first, octetsOf(end.send, role)]);
  const said = {
    messages: answers.flatMap(({ messages = [] }) => messages),
    pongs: answers.flatMap(({ pongs = [] }) => pongs),
  };
  switch (end.is) {
    case 'failed':
      return {
        octets,
        verdict: {
          ...said,
          end: { is: 'failed', code: end.codes[0]!, at: failsAt(end, first.length, role) },
        },
      };
    case 'closed':
      return { octets, verdict: { ...said, end: { is: 'closed', code: end.code } } };
    case 'cut':
    case 'open':
    case 'closing':
      return { octets, verdict: { ...said, end: { is: 'open' } } };
  }
}

function comparable({ messages, pongs, end }: Verdict): unknown {
  return {
    messages: messages.map(({ type, data }) => `${type} ${Buffer.from(data).toString('hex')}`),
    pongs: pongs.map((payload) => Buffer.from(payload).toString('hex')),
    end,
  };
}

/** What the oracle has to say against a case. */
function objections(one: Case, role: Role): unknown {
  const { octets, verdict } = whatIsSaidBy(one, role);
  const found = verdictOn(octets, role, one.options);
  // Octets that end within a frame are what such a case is about.
  if (one.end().is === 'cut') found.end = { is: 'open' };
  const [said, heard] = [JSON.stringify(comparable(verdict)), JSON.stringify(comparable(found))];
  return said === heard ? undefined : { id: one.id, role, said, heard };
}

describe('the cases', () => {
  it('are some thousand, each with a name of its own, of a clause that is listed', () => {
    expect(CASES.length).toBeGreaterThan(5000);
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    const listed = CLAUSES.map(([clause]) => clause);
    expect(CASES.filter(({ clause }) => !listed.includes(clause))).toEqual([]);
    expect(CASES.filter(({ id, clause }) => !id.startsWith(`${clause}-`))).toEqual([]);
  });

  it.each(CLAUSES)('of section %s (%s) are there for both roles', (clause) => {
    const cases = CASES.filter((one) => one.clause === clause);
    for (const role of ROLES) {
      expect(cases.filter(({ roles = ROLES }) => roles.includes(role)).length).toBeGreaterThan(10);
    }
  });

  it.each(ROLES)('say what an independent reading of RFC 6455 says, and where, for a %s', (role) => {
    const plain = CASES.filter(
      ({ roles = ROLES, options, big }) =>
        roles.includes(role) && options?.compression === undefined && big !== true,
    );
    expect(plain.length).toBeGreaterThan(5000);
    const wrong = plain.map((one) => objections(one, role)).filter((objection) => objection !== undefined);
    expect(wrong).toEqual([]);
  });

  it('have every vector, for its role and for the other one where that has a meaning', () => {
    const names = new Set(VECTORS.map(({ id }) => id.slice(id.indexOf('-vector-') + '-vector-'.length)));
    const expected = readVectors().flatMap(({ id }) => (id.startsWith('MSK-') ? [id] : [id, `${id}-mirror`]));
    expect([...names].sort()).toEqual(expected.sort());
    expect(expected.length).toBe(2 * 175 - 8);
  });
});

describe('what the cases are judged by', () => {
  it('knows UTF-8 as Node does, for all of two octets, many of three and four', () => {
    const ours = (bytes: Uint8Array): boolean => {
      const reader = new Utf8Reader();
      return bytes.every((octet) => reader.take(octet)) && reader.whole;
    };
    const ends = [[], [0x41], [0x80], [0xbf], [0xc0], [0x80, 0xbf], [0xbf, 0x7f]];
    const differ: string[] = [];
    for (let pair = 0; pair <= 0xffff; pair++) {
      for (const end of ends) {
        const bytes = Buffer.from([pair >> 8, pair & 0xff, ...end]);
        if (ours(bytes) !== isUtf8(bytes)) differ.push(bytes.toString('hex'));
      }
    }
    expect(differ).toEqual([]);
  });

  it('knows a whole payload from one that is cut off', () => {
    const payload = deflated('Hello');
    expect(payload.toString('hex')).toBe('f248cdc9c90700');
    expect(inflatedStrictly(payload)?.toString()).toBe('Hello');
    expect(inflatedStrictly(Buffer.of(0))).toEqual(Buffer.alloc(0));
    for (let length = 0; length < payload.length; length++) {
      expect(inflatedStrictly(payload.subarray(0, length))).toBeUndefined();
    }
  });
});
