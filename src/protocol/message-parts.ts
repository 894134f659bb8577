/** Takes messages part by part, as they are decoded: unmasked, with extensions undone, and checked if they are text. */
export interface PartSink {
  /** Whether messages are to be given out whole too. It is asked when a message begins; its parts alone are under `maxStreamBytes`. */
  readonly wantsWhole: boolean;
  /**
   * The first header of a message has been read.
   *
   * @param transformed - Whether an extension has transformed the message.
   * @param whole - Whether the message is given out whole as well, at its end.
   */
  beginMessage(text: boolean, transformed: boolean, whole: boolean): void;
  /** A header of the message has been read. `length` counts the octets on the wire. */
  beginFrame(fin: boolean, opcode: number, length: number): void;
  /** The next octets of the message, at least one. They are the sink's to keep. */
  part(bytes: Uint8Array): void;
  endFrame(): void;
  endMessage(): void;
}

const ignore = (): void => undefined;

/** For a message whose sink left while its first header was coming. */
export const NOBODY: PartSink = Object.freeze({
  wantsWhole: false,
  beginMessage: ignore,
  beginFrame: ignore,
  part: ignore,
  endFrame: ignore,
  endMessage: ignore,
});
