import { dialRaw, KEY, type RawPeer } from '../support/raw-peer.js';

/** A valid request for `target`, with further lines. */
export function requestFor(target: string, lines: readonly string[] = []): string {
  const usual = [
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
  ];
  return [`GET ${target} HTTP/1.1`, ...usual, ...lines, '', ''].join('\r\n');
}

/** What came back for octets that ask for something. */
export interface Reply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Reads a whole reply. */
export function readReply(text: string): Reply {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = Buffer.from(text.slice(end + 4), 'latin1').toString('utf8');
  return { status: Number(first.split(' ')[1]), headers, body };
}

/** The head of the 101 to `text`, or the whole refusal, after which the stream has ended. */
export async function replyTo(url: string, text: string | Uint8Array): Promise<Reply> {
  const { peer, reply } = await ask(url, text);
  if (reply.status === 101) peer.stream.destroy();
  return reply;
}

/** {@link replyTo}, and the peer that has asked. */
export async function ask(
  url: string,
  text: string | Uint8Array,
): Promise<{ readonly peer: RawPeer; readonly reply: Reply }> {
  const peer = await dialRaw(url);
  peer.write(text);
  return { peer, reply: await replyOf(peer) };
}

/** Waits for the reply to what was written. */
export async function replyOf(peer: RawPeer): Promise<Reply> {
  await Promise.race([peer.headCame(), peer.whenEnded()]);
  return readReply(peer.head);
}
