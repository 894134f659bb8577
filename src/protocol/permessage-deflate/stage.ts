/** What a session does with the pieces of one message, one after the other. */
export interface Stage {
  /**
   * Works on a piece, which does not change before `done`.
   *
   * @param last - Whether the message ends with it; it may be empty then, and never else.
   */
  work(piece: Uint8Array, last: boolean, calls: StageCalls): void;
  /** Gives the memory back. Nothing is called any more. */
  close(): void;
}

/** What is called about one piece. */
export interface StageCalls {
  emit(out: Uint8Array): void;
  /** Once, with the error if there is one. */
  done(error?: Error): void;
}
