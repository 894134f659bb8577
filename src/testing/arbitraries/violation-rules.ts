import fc from 'fast-check';
import { Opcode, type Role } from '../../protocol/index.js';
import { closeBody, type WireFrameInit } from '../wire-frame.js';
import { wrongCloseCodes } from './frames.js';
import { notUtf8 } from './not-utf8.js';
import { payloads } from './octets.js';
import { texts } from './texts.js';

/** A rule, how it is broken, and what a receiver makes of that. */
export interface BrokenRule {
  /** Of RFC 6455. */
  readonly section: string;
  readonly closeCode: number;
  /** Frames of a sender in `role`, of which the last breaks it. */
  readonly frames: (sender: Role) => fc.Arbitrary<readonly WireFrameInit[]>;
  /** Whether the last frame is cut off, and nothing comes behind it. */
  readonly cutOff?: boolean;
}

const { continuation, text, binary, close, ping, pong } = Opcode;
const SHORT = 40;
const short = payloads(SHORT);
const dataOpcodes = fc.constantFrom(text, binary);
const controlOpcodes = fc.constantFrom(ping, pong, close);

/** A frame that is right as far as it goes, of any opcode that may stand alone. */
const sound: fc.Arbitrary<WireFrameInit> = fc.oneof(
  fc.record({ opcode: fc.constant<number>(text), payload: texts(SHORT) }),
  fc.record({ opcode: fc.constantFrom<number>(binary, ping, pong), payload: short }),
  fc.constant({ opcode: close, payload: closeBody(1000) }),
);

function broken(
  section: string,
  closeCode: number,
  frames: fc.Arbitrary<readonly WireFrameInit[]>,
): BrokenRule {
  return { section, closeCode, frames: () => frames };
}

function alone(frame: fc.Arbitrary<WireFrameInit>): fc.Arbitrary<readonly WireFrameInit[]> {
  return frame.map((one) => [one]);
}

const tooLongForControl = fc
  .oneof(fc.constantFrom(126, 127, 65536), fc.integer({ min: 126, max: 300 }))
  .map((length) => new Uint8Array(length));

/** The first frame of a message that is not over. */
const unfinished: fc.Arbitrary<WireFrameInit> = fc.record({
  opcode: fc.constant<number>(binary),
  payload: short,
  fin: fc.constant(false),
});

/** Text that is in one frame, or in two that meet anywhere. */
const framesThatAreNotUtf8: fc.Arbitrary<readonly WireFrameInit[]> = fc
  .tuple(notUtf8, fc.option(fc.nat(84), { nil: undefined }))
  .map(([octets, place]) => {
    if (place === undefined) return [{ opcode: text, payload: octets }];
    return [
      { opcode: text, payload: octets.slice(0, place), fin: false },
      { opcode: continuation, payload: octets.slice(place) },
    ];
  });

/** Every rule of RFC 6455 section 5 that a sender can break, and those of section 7.4 and 8.1 for payloads. */
export const BROKEN_RULES = Object.freeze({
  'reserved bits': broken(
    '5.2',
    1002,
    alone(fc.tuple(sound, fc.integer({ min: 1, max: 7 })).map(([frame, rsv]) => ({ ...frame, rsv }))),
  ),
  'reserved opcode': broken(
    '5.2',
    1002,
    alone(fc.record({ opcode: fc.constantFrom(3, 4, 5, 6, 7, 11, 12, 13, 14, 15), payload: short })),
  ),
  'length not minimal': broken(
    '5.2',
    1002,
    alone(
      fc.oneof(
        fc.record({
          opcode: fc.constantFrom<number>(binary, ping, pong),
          payload: payloads(125),
          lengthBits: fc.constantFrom<(16 | 64)[]>(16, 64),
        }),
        fc.record({
          opcode: fc.constant<number>(binary),
          payload: fc.constantFrom(126, 65535).map((length) => new Uint8Array(length)),
          lengthBits: fc.constant<64>(64),
        }),
      ),
    ),
  ),
  'length of 2^63 or more': broken(
    '5.2',
    1002,
    alone(
      fc.record({
        opcode: dataOpcodes,
        declaredLength: fc.bigInt({ min: 1n << 63n, max: (1n << 64n) - 1n }),
        payload: texts(10),
      }),
    ),
  ),
  'wrong mask': {
    section: '5.1',
    closeCode: 1002,
    frames: (sender) => alone(sound.map((frame) => ({ ...frame, masked: sender === 'server' }))),
  },
  'fragmented control frame': broken(
    '5.5',
    1002,
    alone(fc.record({ opcode: controlOpcodes, fin: fc.constant(false) })),
  ),
  'long control frame': broken(
    '5.5',
    1002,
    alone(fc.record({ opcode: fc.constantFrom<number>(ping, pong), payload: tooLongForControl })),
  ),
  'continuation of nothing': broken(
    '5.4',
    1002,
    alone(fc.record({ opcode: fc.constant<number>(continuation), payload: short, fin: fc.boolean() })),
  ),
  'message in a message': broken(
    '5.4',
    1002,
    fc.tuple(unfinished, fc.record({ opcode: dataOpcodes, payload: texts(SHORT), fin: fc.boolean() })),
  ),
  'text that is not UTF-8': broken('8.1', 1007, framesThatAreNotUtf8),
  'close code of one octet': broken(
    '5.5.1',
    1002,
    alone(fc.nat(255).map((octet) => ({ opcode: close, payload: Uint8Array.of(octet) }))),
  ),
  'wrong close code': broken(
    '7.4',
    1002,
    alone(
      fc.tuple(wrongCloseCodes, texts(20)).map(([code, reason]) => ({
        opcode: close,
        payload: closeBody(code, reason),
      })),
    ),
  ),
  'close reason that is not UTF-8': broken(
    '8.1',
    1007,
    alone(notUtf8.map((reason) => ({ opcode: close, payload: closeBody(1000, reason) }))),
  ),
  'cut off': { ...broken('5.2', 1006, alone(sound)), cutOff: true },
} satisfies Readonly<Record<string, BrokenRule>>);

/** A rule that can be broken. */
export type ViolationRule = keyof typeof BROKEN_RULES;

/** The names of all of them. */
export const violationRules: readonly ViolationRule[] = Object.freeze(
  Object.keys(BROKEN_RULES) as ViolationRule[],
);
