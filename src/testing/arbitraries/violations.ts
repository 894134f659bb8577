import fc from 'fast-check';
import type { Message, Role } from '../../protocol/index.js';
import { frameFrom } from '../wire-frame.js';
import { BROKEN_RULES, type BrokenRule, type ViolationRule, violationRules } from './violation-rules.js';
import { maskingKeys } from './octets.js';
import { roles, wires } from './wires.js';

/** Octets that break one rule, and what a receiver has to make of them. */
export interface Violation {
  readonly rule: ViolationRule;
  /** The section of RFC 6455. */
  readonly section: string;
  /** What the receiver plays. */
  readonly role: Role;
  readonly bytes: Uint8Array;
  /** Octets that are right: those before the frame that breaks the rule, or before the message that it makes wrong. */
  readonly offset: number;
  /** What is received before that. */
  readonly messages: readonly Message[];
  /** What the receiver fails the connection with: 1002 or 1007; 1006 for octets that are cut off, as nobody can be told. */
  readonly closeCode: number;
}

/** Which {@link violations} there are. */
export interface ViolationOptions {
  /** What the receiver plays. Default both. */
  readonly role?: Role;
  /** Default all: `violationRules`. */
  readonly rules?: readonly ViolationRule[];
}

/**
 * Streams of a hostile peer: messages that are right, then one frame that breaks a rule of RFC 6455 section 5, then anything. A receiver gives
 * out `messages`, and fails with `closeCode`. They shrink to the frame alone, the simplest of its kind.
 *
 * @throws TypeError for a rule that is none.
 */
export function violations(options: ViolationOptions = {}): fc.Arbitrary<Violation> {
  const { role, rules = violationRules } = options;
  for (const rule of rules) {
    if (!Object.hasOwn(BROKEN_RULES, rule)) throw new TypeError(`no rule is "${rule}"`);
  }
  return (role === undefined ? roles : fc.constant(role)).chain((receiver) =>
    fc.oneof(...rules.map((rule) => violationOf(rule, receiver))),
  );
}

function violationOf(rule: ViolationRule, role: Role): fc.Arbitrary<Violation> {
  const sender: Role = role === 'client' ? 'server' : 'client';
  const { section, closeCode, frames, cutOff = false }: BrokenRule = BROKEN_RULES[rule];
  const before = wires({ role, maxMessages: 2, maxLength: 40 });
  const behind = fc.uint8Array({ maxLength: cutOff ? 0 : 20 });
  return fc
    .tuple(before, frames(sender), maskingKeys, behind, fc.nat())
    .map(([{ bytes, messages }, wrong, key, noise, end]) => {
      const encoded = wrong.map((frame) => {
        const masked = frame.masked ?? sender === 'client';
        return frameFrom(sender, { ...frame, masked, key: masked ? key : undefined });
      });
      const last = encoded.pop() ?? Buffer.alloc(0);
      const tail = cutOff ? last.subarray(0, 1 + (end % (last.length - 1))) : Buffer.concat([last, noise]);
      return {
        rule,
        section,
        role,
        bytes: new Uint8Array(Buffer.concat([bytes, ...encoded, tail])),
        offset: bytes.length,
        messages,
        closeCode,
      };
    });
}
