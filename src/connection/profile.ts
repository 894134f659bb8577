import { type MessageDecoders, messageDecoders } from '../operators/decode-messages.js';
import { maskingKeys } from '../operators/encode-frames.js';
import type { Role } from '../protocol/opcodes.js';
import { type Clock, clockOf } from './clock.js';
import type { ResolvedConnectionOptions } from './options.js';
import type { SenderOptions } from './sender.js';
import { nodeTurns, type Turns } from './turns.js';

/** What all connections of a server, or of a client's URL, have in common: each of them holds only this. */
export interface ConnectionProfile {
  readonly role: Role;
  readonly options: ResolvedConnectionOptions;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly sending: SenderOptions;
  readonly decoders: MessageDecoders;
}

/** Decides everything that does not depend on the connection. */
export function connectionProfile(
  role: Role,
  options: ResolvedConnectionOptions,
  turns: Turns = nodeTurns,
): ConnectionProfile {
  return {
    role,
    options,
    clock: clockOf(options.scheduler),
    turns,
    sending: {
      nextKey: maskingKeys({ role, ...options }),
      applyMask: options.applyMask,
      fragmentBytes: options.fragmentBytes,
    },
    // What is agreed on differs from connection to connection: it comes with each.
    decoders: messageDecoders({ ...options, role, limits: options, ownsInput: true, extensions: [] }),
  };
}
