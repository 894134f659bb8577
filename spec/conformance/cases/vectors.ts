import { readVectors, unmasked, type Vector } from '../../vectors/build.js';
import type { Case, Content, End, EndpointOptions, Exchange, RawPart, Role } from '../case.js';
import { text } from '../contents.js';
import { type Verdict, verdictOn } from '../oracle.js';
import { open } from '../parts.js';

/** The clause of a vector, by what its id begins with. */
const CLAUSES: Readonly<Record<string, string>> = {
  RSV: '5.2',
  RSVC: '5.2',
  OP: '5.2',
  LEN: '5.2',
  CTL: '5.5',
  FRG: '5.4',
  MSK: '5.1',
  CLS: '7.4',
  U: '8.1',
  UO: '8.1',
  UF: '8.1',
  PMD: '7692',
  LIM: '10.4',
};

/** Compressed vectors that fail at the end of their first frame, and not at that of the last. */
const FAILS_AT_FIRST_FRAME: Readonly<Record<string, Readonly<Record<Role, number>>>> = {
  'PMD-12': { server: 6, client: 2 },
};

/** Data behind a final block: RFC 7692 says neither what it means nor that it is wrong. Half of it is no answer. */
const MAY_FAIL: Readonly<Record<string, Exchange['orFails']>> = {
  'PMD-18': { codes: [1007], messages: [] },
  'PMD-20': { codes: [1007], messages: [text('Hello')] },
};

function clauseOf(id: string): string {
  const clause = CLAUSES[id.slice(0, id.indexOf('-'))];
  if (clause === undefined) throw new Error(`the vector ${id} is of no clause`);
  return clause;
}

function optionsOf({ maxMessage, maxFragments, permessageDeflate }: Vector): EndpointOptions {
  return {
    ...(maxMessage !== null && { maxMessageBytes: maxMessage }),
    ...(maxFragments !== null && { maxFragments }),
    ...(permessageDeflate && { compression: {} }),
  };
}

function caseOf(vector: Vector, role: Role): Case {
  const { id, desc, expect } = vector;
  const bytes = role === vector.role ? vector.bytes : unmasked(vector.bytes);
  return {
    id: `${clauseOf(id)}-vector-${id}${role === vector.role ? '' : '-mirror'}`,
    clause: clauseOf(id),
    words: `${desc} [${expect}]`,
    roles: [role],
    options: optionsOf(vector),
    big: bytes.length > 1000,
    ...story(vector, role, bytes),
  };
}

/** What is to happen is what the vector says; where and with which octets is what the oracle finds. */
function story(vector: Vector, role: Role, bytes: Uint8Array): Pick<Case, 'exchanges' | 'end'> {
  const send: readonly RawPart[] = [{ octets: { server: bytes, client: bytes } }];
  const verdict = verdictOn(bytes, role, { ...optionsOf(vector), rsv1: vector.permessageDeflate });
  const { messages, pongs } = verdict;
  const failure = /^1\d{3}(?= |$)/.exec(vector.expect)?.[0];
  if (failure !== undefined) {
    const place = placeOf(vector, role, bytes, verdict);
    return {
      end: (): End => ({
        is: 'failed',
        codes: [Number(failure)],
        place,
        send,
        messages: messagesBefore(vector, verdict),
        pongs,
      }),
    };
  }
  if (vector.expect.startsWith('conclude')) {
    const { end } = verdict;
    if (end.is !== 'closed') throw new Error(`the vector ${vector.id} does not end with a Close frame`);
    return { end: (): End => ({ is: 'closed', code: end.code, send, messages, pongs }) };
  }
  const expected = vector.permessageDeflate ? inflated(vector) : messages;
  const orFails = MAY_FAIL[vector.id];
  return { exchanges: () => [{ send, messages: expected, pongs, ...(orFails && { orFails }) }], end: open };
}

function placeOf(
  { id, expect, permessageDeflate }: Vector,
  role: Role,
  bytes: Uint8Array,
  { end }: Verdict,
): number {
  if (end.is === 'failed') {
    if (!expect.startsWith(String(end.code))) throw new Error(`the vector ${id} fails with ${end.code}`);
    return end.at;
  }
  if (!permessageDeflate) throw new Error(`the vector ${id} does not fail`);
  return FAILS_AT_FIRST_FRAME[id]?.[role] ?? bytes.length;
}

function messagesBefore({ permessageDeflate }: Vector, { messages }: Verdict): Content[] {
  return permessageDeflate ? [] : messages;
}

/** The messages that a compressed vector says it is. */
function inflated({ id, expect }: Vector): Content[] {
  if (id === 'PMD-27') return [{ type: 'binary', data: Buffer.alloc(1024 * 1024) }];
  return expect
    .replace(/ \(.*\)$/, '')
    .split(' ')
    .filter((word) => word.startsWith('msg:'))
    .map((word) => text(word.slice('msg:'.length)));
}

function all(): Case[] {
  return readVectors().flatMap((vector) => {
    const mirrored = vector.id.startsWith('MSK-')
      ? []
      : [caseOf(vector, vector.role === 'server' ? 'client' : 'server')];
    return [caseOf(vector, vector.role), ...mirrored];
  });
}

export const vectors: readonly Case[] = all();
