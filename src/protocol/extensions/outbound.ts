import type { NegotiatedExtension } from './extension.js';
import { calling } from './failures.js';
import type { Transform } from './transform.js';

/** One transform of what is sent, and the reserved bits that tell the peer of it. */
export interface Applied {
  readonly rsv: number;
  readonly transform: Transform;
}

const NONE: readonly Applied[] = Object.freeze([]);

/** What the extensions of one connection do to what it sends, in the order they were agreed on. */
export class OutboundExtensions {
  readonly #message: readonly Applied[];
  readonly #frame: readonly Applied[];

  constructor(extensions: readonly NegotiatedExtension[]) {
    this.#message = applying(extensions, 'message');
    this.#frame = applying(extensions, 'frame');
  }

  /** Whether frames are transformed one by one. */
  get byFrame(): boolean {
    return this.#frame.length > 0;
  }

  /** What is to be done to a whole message of `bytes` octets. */
  ofMessage(bytes: number, compress: boolean | undefined): readonly Applied[] {
    return wanted(this.#message, bytes, compress);
  }

  /** What is to be done to a data frame of `bytes` octets. */
  ofFrame(bytes: number, compress: boolean | undefined): readonly Applied[] {
    return wanted(this.#frame, bytes, compress);
  }
}

/** The reserved bits of what all of these have transformed. */
export function bitsOf(applied: readonly Applied[]): number {
  let rsv = 0;
  for (const one of applied) rsv |= one.rsv;
  return rsv;
}

/** Applies the transforms from the one at `from` on, at once. @throws ExtensionError */
export function applyFrom(applied: readonly Applied[], from: number, payload: Uint8Array): Uint8Array {
  let bytes = payload;
  for (let i = from; i < applied.length; i++) {
    const given = bytes;
    bytes = calling('what is sent', () => applied[i]!.transform.whole(given, Infinity));
  }
  return bytes;
}

function applying(
  extensions: readonly NegotiatedExtension[],
  level: 'message' | 'frame',
): readonly Applied[] {
  const applied = extensions.flatMap((extension): Applied[] => {
    const transform = extension.level === level ? extension.outbound?.() : undefined;
    return transform === undefined ? [] : [{ rsv: extension.rsv, transform }];
  });
  return applied.length === 0 ? NONE : applied;
}

function wanted(
  applied: readonly Applied[],
  bytes: number,
  compress: boolean | undefined,
): readonly Applied[] {
  const wants = ({ transform }: Applied): boolean => transform.wants?.(bytes, compress) ?? true;
  // Nearly always there is one, and nothing to be made.
  if (applied.length === 1) return wants(applied[0]!) ? applied : NONE;
  return applied.length === 0 ? applied : applied.filter(wants);
}
