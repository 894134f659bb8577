import type { Content } from './case.js';

/** Up to so many Pings are all answered; of more, RFC 6455 section 5.5.3 lets an endpoint answer only the latest. */
const EVERY_PING = 16;

/** What is wrong with the messages that were echoed, if something is. */
export function wrongMessages(came: readonly Content[], expected: readonly Content[]): string | undefined {
  const index = expected.findIndex((wanted, i) => came[i] === undefined || !same(came[i], wanted));
  if (index >= 0) {
    return `echo ${index + 1} is ${describe(came[index])}, expected ${describe(expected[index])}`;
  }
  if (came.length === expected.length) return undefined;
  return `${came.length} messages came, the last is ${describe(came.at(-1))}, expected ${expected.length}`;
}

/** What is wrong with the Pongs, if something is. */
export function wrongPongs(came: readonly Uint8Array[], pings: readonly Uint8Array[]): string | undefined {
  if (pings.length <= EVERY_PING && came.length !== pings.length) {
    return `${came.length} Pongs came for ${pings.length} Pings`;
  }
  let next = 0;
  for (const [index, pong] of came.entries()) {
    while (next < pings.length && !equal(pings[next]!, pong)) next++;
    if (next++ === pings.length) return `Pong ${index + 1} answers no Ping that was not answered yet`;
  }
  return next === pings.length ? undefined : 'the last Ping was not answered';
}

/** Whether as many Pongs have come as will. */
export function arePongsThere(came: readonly Uint8Array[], pings: readonly Uint8Array[]): boolean {
  if (came.length >= pings.length) return true;
  const [last, newest] = [came.at(-1), pings.at(-1)];
  return pings.length > EVERY_PING && last !== undefined && newest !== undefined && equal(last, newest);
}

/** What is wrong with a Close frame, if something is. */
export function wrongClose(
  payload: Buffer | undefined,
  expected: readonly (number | undefined)[],
): string | undefined {
  const code = payload === undefined || payload.length < 2 ? undefined : payload.readUInt16BE(0);
  if (payload !== undefined && expected.includes(code)) return undefined;
  const came = payload === undefined ? 'no Close frame came' : `the Close frame has ${codeName(code)}`;
  return expected.length === 0 ? came : `${came}, expected ${expected.map(codeName).join(' or ')}`;
}

function codeName(code: number | undefined): string {
  return code === undefined ? 'no code' : `the code ${code}`;
}

function same(one: Content, other: Content): boolean {
  return one.type === other.type && equal(one.data, other.data);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function describe(content: Content | undefined): string {
  if (content === undefined) return 'missing';
  const { type, data } = content;
  const shown = Buffer.from(data.subarray(0, 16)).toString('hex');
  return `${type} of ${data.length} octets (${shown}${data.length > 16 ? '…' : ''})`;
}
