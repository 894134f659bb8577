/** What a frame decoder found. */
export const Found = Object.freeze({
  /** Not enough bytes for anything more. */
  nothing: 0,
  /** A whole frame: its fields, and its payload in `bytes[start, end)`. */
  frame: 1,
  /** The header of a data frame whose payload is still coming. */
  head: 2,
  /** The next part of that payload, in `bytes[start, end)`. */
  piece: 3,
  /** The end of that frame. */
  end: 4,
} as const);

/** A value of {@link Found}. */
export type Found = (typeof Found)[keyof typeof Found];
