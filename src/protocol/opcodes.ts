/** The operation codes of RFC 6455 section 5.2. The others are reserved. */
export const Opcode = Object.freeze({
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const);

/** A value of the four-bit opcode field. Only the six of {@link Opcode} are defined. */
export type Opcode = number;

/** Whether the opcode is of a control frame, defined or reserved: its most significant bit is set. Section 5.5. */
export function isControl(opcode: number): boolean {
  return opcode >= 0x8;
}

/** Whether the opcode is of a frame that messages are made of. Section 5.4. */
export function isMessageOpcode(opcode: number): boolean {
  return opcode <= Opcode.binary;
}

/** Which side of a connection this is. A client masks what it sends, a server does not. Section 5.1. */
export type Role = 'client' | 'server';
