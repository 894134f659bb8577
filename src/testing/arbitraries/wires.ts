import fc from 'fast-check';
import type { Role } from '../../protocol/index.js';
import { wireTo } from '../frames-of.js';
import { type Conversation, type ConversationOptions, conversations } from './frames.js';
import { maskingKeys } from './octets.js';

/** The two sides. */
export const roles: fc.Arbitrary<Role> = fc.constantFrom('client', 'server');

/** A conversation, and its octets as a peer of `role` receives them. */
export interface WireStream extends Conversation {
  /** What the receiver plays: whoever decodes the octets. */
  readonly role: Role;
  readonly bytes: Uint8Array;
}

/** What {@link wires} are made of. */
export interface WireOptions extends ConversationOptions {
  /** What the receiver plays. Default both. */
  readonly role?: Role;
}

/** Conversations on the wire: masked under any key for a server, unmasked for a client. Octets for a decoder, and what it is to make of them. */
export function wires(options: WireOptions = {}): fc.Arbitrary<WireStream> {
  const { role } = options;
  const keys = fc.array(maskingKeys, { minLength: 1, maxLength: 5 });
  return fc
    .tuple(role === undefined ? roles : fc.constant(role), conversations(options), keys)
    .map(([receiver, conversation, given]) => ({
      ...conversation,
      role: receiver,
      bytes: wireTo(receiver, conversation.frames, given),
    }));
}
