import fc from 'fast-check';
import { type CloseStatus, type Frame, makeFrame, type Message, Opcode } from '../../protocol/index.js';
import { framesOf } from '../frames-of.js';
import { closeBody } from '../wire-frame.js';
import { messages } from './messages.js';
import { DEFAULT_MAX_LENGTH, payloads } from './octets.js';
import { texts } from './texts.js';

/** Codes that a Close frame may have, each kind of them. RFC 6455 section 7.4. */
export const closeCodes: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
  fc.constantFrom(3000, 3999, 4000, 4999),
  fc.integer({ min: 3000, max: 4999 }),
);

/** Codes that no Close frame may have. RFC 6455 section 7.4. */
export const wrongCloseCodes: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535),
  fc.integer({ min: 0, max: 999 }),
  fc.integer({ min: 1015, max: 2999 }),
  fc.integer({ min: 5000, max: 65535 }),
);

/** What a Close frame says: a code and a reason of at most 123 octets, or nothing, which is 1005. RFC 6455 section 5.5.1. */
export const closeStatuses: fc.Arbitrary<CloseStatus> = fc.oneof(
  fc.constant({ code: 1005, reason: '' }),
  fc.record({ code: closeCodes, reason: texts(30) }),
);

/** Close frames that may be on the wire. */
export const closeFrames: fc.Arbitrary<Frame> = closeStatuses.map(({ code, reason }) =>
  makeFrame(Opcode.close, code === 1005 ? '' : closeBody(code, reason)),
);

/** Pings and Pongs. RFC 6455 sections 5.5.2 and 5.5.3. */
export const controlFrames: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom(Opcode.ping, Opcode.pong), payloads(125))
  .map(([opcode, payload]) => makeFrame(opcode, payload));

/** Frames as they stand one after the other on a connection, and what they mean. */
export interface Conversation {
  readonly frames: readonly Frame[];
  readonly messages: readonly Message[];
}

/** What {@link conversations} are made of. */
export interface ConversationOptions {
  /** Default 5. */
  readonly maxMessages?: number;
  /** Octets or code points of a message. Default 300. */
  readonly maxLength?: number;
  /** Whether messages may be in several frames. Default true. */
  readonly fragmented?: boolean;
  /** Whether Pings and Pongs may stand between the frames. Default true. */
  readonly controls?: boolean;
}

/** Messages in one frame or in several, cut anywhere (also inside a code point), with Pings and Pongs between the frames. RFC 6455 section 5.4. */
export function conversations(options: ConversationOptions = {}): fc.Arbitrary<Conversation> {
  const { maxMessages = 5 } = options;
  return fc.array(framedMessages(options), { maxLength: maxMessages }).map((parts) => ({
    frames: parts.flatMap(({ frames }) => frames),
    messages: parts.flatMap(({ messages }) => messages),
  }));
}

function framedMessages(options: ConversationOptions): fc.Arbitrary<Conversation> {
  const { maxLength = DEFAULT_MAX_LENGTH, fragmented = true, controls = true } = options;
  const places = fc.array(fc.nat(maxLength), { maxLength: fragmented ? 4 : 0 });
  const between = fc.array(fc.option(controlFrames, { nil: undefined, freq: 3 }), {
    maxLength: controls ? 5 : 0,
  });
  return fc.tuple(messages(maxLength), places, between).map(([message, cuts, control]) => ({
    frames: framesOf(message, cuts).flatMap((frame, index) => {
      const before = control[index];
      return before === undefined ? [frame] : [before, frame];
    }),
    messages: [message],
  }));
}
