import type { Server } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { dialRaw, type RawPeer } from '../../support/raw-peer.js';
import { turns, until } from '../../support/turns.js';
import { CLOSE, PING, PONG, TEXT } from '../../support/wire-frames.js';
import { readReply } from '../requesting.js';

/** Everything that a client gets to see, and what the server tells of it. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What came behind a 101. */
  readonly frames: readonly string[];
  /** Statuses in `rejections$`. */
  readonly rejections: readonly (number | undefined)[];
  readonly connections: number;
}

const PROBE = 'are you there?';
const NAMES: Readonly<Record<number, string>> = { [TEXT]: 'text', [PING]: 'ping', [PONG]: 'pong' };

/** Sends the pieces, a turn of the event loop between them, and waits for all that comes of it. */
export async function outcomeOf(server: Server<unknown>, pieces: readonly Uint8Array[]): Promise<Outcome> {
  const rejections = collect(server.rejections$);
  const connections = collect(server.connections$);
  const peer = await dialRaw(server.url);
  for (const piece of pieces) {
    if (peer.closed) break;
    peer.write(piece);
    await turns(1);
  }
  await Promise.race([peer.headCame(), peer.whenEnded()]);
  const open = peer.head.startsWith('HTTP/1.1 101');
  const frames = open ? await framesOf(peer) : [];
  if (!open) await peer.whenEnded();
  const { status, headers, body } = readReply(peer.head);
  peer.stream.destroy();
  await until(() => server.connections.size === 0, 'the connection is forgotten');
  rejections.stop();
  connections.stop();
  const { date: _, ...lasting } = Object.fromEntries(headers);
  return {
    status,
    headers: lasting,
    body,
    frames,
    rejections: rejections.values.map((error) => error.status),
    connections: connections.values.length,
  };
}

/** What comes until the end, or until the server sends back what is sent to it now. */
async function framesOf(peer: RawPeer): Promise<string[]> {
  const seen: string[] = [];
  if (!peer.closed) peer.send(TEXT, PROBE);
  for (;;) {
    const { opcode, payload } = await peer.next();
    if (opcode === CLOSE) return [...seen, `close ${payload.readUInt16BE(0)}`];
    const text = payload.toString();
    if (text === PROBE) return seen;
    seen.push(`${NAMES[opcode] ?? String(opcode)} ${text}`);
  }
}
