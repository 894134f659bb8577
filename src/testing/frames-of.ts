import { type Frame, makeFrame, type Message, Opcode, type Role } from '../protocol/index.js';
import { cutAt } from './chunks.js';
import { wireFrame, WIRE_KEY } from './wire-frame.js';

/**
 * The message in frames that end at these places, and at its end. RFC 6455 section 5.4.
 *
 * @param places - Octets of its payload, in any order; empty frames come of places that are equal. Default one frame.
 */
export function framesOf(message: Message<string | Uint8Array>, places: readonly number[] = []): Frame[] {
  const opcode = message.type === 'text' ? Opcode.text : Opcode.binary;
  const bytes = Buffer.from(message.data as Uint8Array);
  const payloads = cutAt(
    new Uint8Array(bytes),
    places.map((place) => Math.min(place, bytes.length)),
  );
  return payloads.map((payload, index) =>
    makeFrame(index === 0 ? opcode : Opcode.continuation, payload, { fin: index === payloads.length - 1 }),
  );
}

/**
 * The octets that a peer of `role` receives these frames in: masked for a server.
 *
 * @param keys - Each masked frame takes the next one, in turn. Default {@link WIRE_KEY} for all.
 */
export function wireTo(
  role: Role,
  frames: readonly Frame[],
  keys: readonly ArrayLike<number>[] = [WIRE_KEY],
): Uint8Array {
  const masked = role === 'server';
  const encoded = frames.map(({ fin, rsv, opcode, payload }, index) =>
    wireFrame({ fin, rsv, opcode, payload, masked, key: masked ? keys[index % keys.length] : undefined }),
  );
  return new Uint8Array(Buffer.concat(encoded));
}
