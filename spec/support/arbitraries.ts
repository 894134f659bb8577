import fc from 'fast-check';
import {
  closePayload,
  encodeFrame,
  type Frame,
  makeFrame,
  type Message,
  Opcode,
  readMaskingKey,
  type Role,
} from 'rxwire/protocol';
import { cutAt } from './chunks.js';

/** The side that receives. */
export const roles: fc.Arbitrary<Role> = fc.constantFrom('client', 'server');

/** The four octets of a masking key; those that change nothing, or one octet only, come up often. */
export const maskingKeys: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.constantFrom(Uint8Array.of(0, 0, 0, 0), Uint8Array.of(255, 255, 255, 255), Uint8Array.of(0, 0, 128, 0)),
);

/** Octets, short or around the lengths at which a header changes its form. */
export function payloads(maxLength = 300): fc.Arbitrary<Uint8Array> {
  const short = fc.uint8Array({ maxLength: Math.min(maxLength, 40) });
  const edges = [125, 126, 127, 65535, 65536].filter((length) => length <= maxLength);
  if (edges.length === 0) return short;
  const long = fc
    .tuple(fc.constantFrom(...edges), fc.nat(255))
    .map(([length, octet]) => new Uint8Array(length).fill(octet));
  return fc.oneof({ arbitrary: short, weight: 4 }, fc.uint8Array({ maxLength }), long);
}

/** Text with every kind of code point, the byte order mark in front included. */
export function texts(maxLength = 40): fc.Arbitrary<string> {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength });
  const any = fc.string({ unit: 'binary', maxLength });
  const edges = fc.string({
    unit: fc.constantFrom(
      '\0',
      '\x7f',
      '\x80',
      '\u07ff',
      '\u0800',
      '\ud7ff',
      '\ue000',
      '\ufeff',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
    ),
    maxLength,
  });
  return fc.oneof(ascii, any, edges);
}

/** Whole messages. */
export function messages(maxLength = 300): fc.Arbitrary<Message> {
  return fc.oneof(
    fc.oneof(texts(), texts(maxLength)).map((data): Message => ({ type: 'text', data })),
    payloads(maxLength).map((data): Message => ({ type: 'binary', data })),
  );
}

/** Pings and Pongs. */
export const controlFrames: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom(Opcode.ping, Opcode.pong), payloads(125))
  .map(([opcode, payload]) => makeFrame(opcode, payload));

/** Close frames that may be on the wire. */
export const closeFrames: fc.Arbitrary<Frame> = fc
  .record({
    code: fc.constantFrom(1000, 1001, 1002, 1003, 1005, 1007, 1014, 3000, 3999, 4000, 4999),
    reason: texts(30),
  })
  .map((status) => makeFrame(Opcode.close, closePayload(status)));

/** Frames as they stand one after the other on a connection, and what they mean. */
export interface Conversation {
  readonly frames: readonly Frame[];
  readonly messages: readonly Message[];
}

/** Messages in one frame or in several, cut anywhere, with Pings and Pongs between the frames. */
export function conversations(maxMessages = 5, maxLength = 300): fc.Arbitrary<Conversation> {
  return fc.array(fragmentedMessages(maxLength), { maxLength: maxMessages }).map((parts) => ({
    frames: parts.flatMap(({ frames }) => frames),
    messages: parts.flatMap(({ messages }) => messages),
  }));
}

function fragmentedMessages(maxLength: number): fc.Arbitrary<Conversation> {
  const cuts = fc.array(fc.nat(maxLength), { maxLength: 4 });
  const controls = fc.array(fc.option(controlFrames, { nil: undefined, freq: 3 }), { maxLength: 5 });
  return fc.tuple(messages(maxLength), cuts, controls).map(([message, places, between]) => ({
    frames: framesOf(message, places).flatMap((frame, index) => {
      const control = between[index];
      return control === undefined ? [frame] : [control, frame];
    }),
    messages: [message],
  }));
}

/** The message in frames that end at these places; empty frames come of places that are equal. */
export function framesOf(message: Message, places: readonly number[] = []): Frame[] {
  const opcode = message.type === 'text' ? Opcode.text : Opcode.binary;
  const bytes = message.type === 'text' ? Buffer.from(message.data) : message.data;
  const inside = places.map((place) => Math.min(place, bytes.length));
  const payloads = cutAt(bytes, inside);
  return payloads.map((payload, index) =>
    makeFrame(index === 0 ? opcode : Opcode.continuation, payload, { fin: index === payloads.length - 1 }),
  );
}

/** The octets that a peer of `role` receives these frames in; each takes the next of the keys, in turn. */
export function wireTo(role: Role, frames: readonly Frame[], keys: readonly Uint8Array[]): Uint8Array {
  const encoded = frames.map((frame, index) => {
    const key = keys[index % keys.length];
    return encodeFrame(frame, role === 'server' && key ? readMaskingKey(key, 0) : undefined);
  });
  return new Uint8Array(Buffer.concat(encoded));
}

/** A conversation and its octets as a peer of `role` receives them. */
export interface Wire extends Conversation {
  readonly role: Role;
  readonly bytes: Uint8Array;
}

/** Conversations on the wire, to both roles and under every mask. */
export function wires(maxMessages = 5, maxLength = 300): fc.Arbitrary<Wire> {
  const keys = fc.array(maskingKeys, { minLength: 1, maxLength: 5 });
  return fc.tuple(roles, conversations(maxMessages, maxLength), keys).map(([role, conversation, given]) => ({
    ...conversation,
    role,
    bytes: wireTo(role, conversation.frames, given),
  }));
}

/** Ways to cut anything, for {@link chunk}: each number is a place, as a part of the whole. Empty chunks happen. */
export const cuttings: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([]),
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
);

/** Cuts the bytes as {@link cuttings} say. */
export function chunk(bytes: Uint8Array, cutting: readonly number[]): Uint8Array[] {
  return cutAt(
    bytes,
    cutting.map((part) => Math.floor(part * bytes.length)),
  );
}

/**
 * Octets that go wrong at any depth: noise, headers followed by noise, and good streams with octets that were
 * changed, left out or cut off.
 */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .tuple(fc.constantFrom(0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a), fc.uint8Array({ maxLength: 64 }))
    .map(([first, rest]) => Uint8Array.of(first, ...rest)),
  fc
    .tuple(wires(3, 40), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat())
    .map(([{ bytes }, changes, end]) => {
      const spoilt = bytes.slice(0, bytes.length - (end % 5 === 0 ? end % (bytes.length + 1) : 0));
      for (const [at, octet] of changes) if (spoilt.length > 0) spoilt[at % spoilt.length] = octet;
      return spoilt;
    }),
);
