import { merge, type Subscription, tap } from 'rxjs';
import { type Connection, type Frame, Opcode } from '../index.js';

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Opcode).map(([name, opcode]) => [opcode, name]),
);

/** A frame in words: `text fin=1 rsv=0 5 bytes`. Never its payload. */
export function describeFrame({ opcode, fin, rsv, length }: Frame): string {
  const name = NAMES.get(opcode) ?? `opcode 0x${opcode.toString(16)}`;
  return `${name} fin=${fin ? '1' : '0'} rsv=${String(rsv)} ${String(length)} byte${length === 1 ? '' : 's'}`;
}

/** Says each frame, in both directions. */
export function traceFrames(connection: Connection, say: (text: string) => void): Subscription {
  return merge(
    connection.frames$.pipe(tap((frame) => say(`received ${describeFrame(frame)}`))),
    connection.sentFrames$.pipe(tap((frame) => say(`sent ${describeFrame(frame)}`))),
  ).subscribe();
}

/** Says each Ping and Pong of the peer. */
export function tracePings(connection: Connection, say: (text: string) => void): Subscription {
  return merge(
    connection.pings$.pipe(tap((payload) => say(`received ping "${textOf(payload)}"`))),
    connection.pongs$.pipe(tap((payload) => say(`received pong "${textOf(payload)}"`))),
  ).subscribe();
}

/** Payloads are mostly text; what is none is shown as hexadecimal. */
function textOf(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString('utf8');
  return text.includes('\ufffd') ? Buffer.from(payload).toString('hex') : text;
}
