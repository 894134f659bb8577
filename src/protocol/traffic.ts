import { isControl } from './opcodes.js';

/** Counts what passes in one direction of a connection. */
export class Traffic {
  /** Octets of frames, headers included. */
  octets = 0;
  /** Frames of every kind that have ended. */
  frames = 0;
  /** Data messages that have ended. */
  messages = 0;
  /** Octets of data frames without their headers. */
  payloadOctets = 0;
  /** How many more the messages have without the work of extensions; fewer than none if that made them longer. */
  expandedOctets = 0;

  /** A whole frame passes. */
  frame(fin: boolean, opcode: number, headerOctets: number, length: number): void {
    this.begin(headerOctets);
    if (isControl(opcode)) this.octets += length;
    else this.piece(length);
    this.end(fin, opcode);
  }

  /** A frame passes that is a whole message, of `octets` with its header. */
  message(octets: number, length: number): void {
    this.octets += octets;
    this.payloadOctets += length;
    this.frames++;
    this.messages++;
  }

  /** A frame begins. */
  begin(headerOctets: number): void {
    this.octets += headerOctets;
  }

  /** A part of the payload of a data frame passes. */
  piece(length: number): void {
    this.octets += length;
    this.payloadOctets += length;
  }

  /** A frame ends. */
  end(fin: boolean, opcode: number): void {
    this.frames++;
    if (fin && !isControl(opcode)) this.messages++;
  }
}
