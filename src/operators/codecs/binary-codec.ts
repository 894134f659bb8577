import { CodecError } from './codec-error.js';
import type { Codec } from './codec.js';

/** The two functions that most libraries of binary formats have. */
export interface BinaryFormat<In, Out> {
  /** A short name, for errors. */
  readonly name: string;
  readonly encode: (value: Out) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => In | PromiseLike<In>;
}

/**
 * The codec for a binary format: MessagePack, CBOR, Protocol Buffers. Text messages are refused.
 *
 * @example
 * ```ts
 * import { binaryCodec } from 'rxwire/operators';
 *
 * const numbers = binaryCodec({
 *   name: 'octets',
 *   encode: (values: number[]) => Uint8Array.from(values),
 *   decode: (bytes) => [...bytes],
 * });
 * console.log(numbers.decode({ type: 'binary', data: Uint8Array.of(1, 2) }));
 * // [1, 2]
 * ```
 */
export function binaryCodec<In, Out = In>(format: BinaryFormat<In, Out>): Codec<In, Out> {
  const { name } = format;
  return {
    name,
    encode: (value) => format.encode(value),
    decode: (message) => {
      if (message.type === 'binary') return format.decode(message.data);
      throw new CodecError(`${name}: the message is text, expected binary`, { codec: name, failure: 'type' });
    },
  };
}
