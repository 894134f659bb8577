import { type Connection, HandshakeError, openConnection } from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { ended, owned } from '../../support/harness.js';
import { rawServer } from '../../support/raw-peer.js';
import { turns, until } from '../../support/turns.js';
import type { Row } from './row.js';

/** What only the server may get to see. */
const SECRETS = ['the-token', 'the-password'];

/** What a client's user gets to see. */
export type Outcome =
  | {
      readonly is: string;
      readonly phase: string;
      readonly status: number | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | undefined;
      readonly says: string;
    }
  | { readonly messages: readonly unknown[]; readonly code: number | undefined };

/** Answers with the row's octets, cut by `cut`, a turn of the event loop between the pieces. */
export async function outcomeOf(
  row: Row,
  cut: (octets: Uint8Array) => readonly Uint8Array[],
): Promise<Outcome> {
  const server = await rawServer((peer) => {
    void peer.headCame().then(async (head) => {
      for (const piece of cut(Buffer.from(row.reply(head), 'latin1'))) {
        if (peer.closed) return;
        peer.write(piece);
        await turns(1);
      }
      // Where the connection has to end, the server ends it behind its octets.
      const ends = row.ends === true || ('code' in row.expected && row.expected.code === 1006);
      if (ends && !peer.closed) peer.stream.end();
    });
  });
  const outcome = await openConnection(`${server.url}/?token=the-token`, {
    headers: { Authorization: 'Basic the-password' },
    logger: {},
    dropTimeoutMs: 200,
    ...row.options,
  }).then((connection) => seen(owned(connection), row), described);
  const peer = server.peers[0]!;
  if ('says' in outcome) await peer.whenEnded();
  expect(server.peers).toHaveLength(1);
  await server.close();
  return outcome;
}

async function seen(connection: Connection, { expected }: Row): Promise<Outcome> {
  const messages = collect(connection.messages$);
  if ('code' in expected) await ended(connection);
  if ('messages' in expected) await until(() => messages.values.length >= expected.messages.length);
  const info = connection.state === 'closed' ? await ended(connection) : undefined;
  const values = messages.values.map(({ data }) => data);
  connection.terminate();
  return { messages: values, code: info?.code };
}

function described(error: unknown): Outcome {
  expect(error).toBeInstanceOf(HandshakeError);
  expectNoSecret(error);
  const { name, phase, status, headers = {}, body, message } = error as HandshakeError;
  const { date: _, 'sec-websocket-accept': __, ...lasting } = headers;
  const text = body === undefined ? undefined : Buffer.from(body).toString('latin1');
  return { is: name, phase, status, headers: lasting, body: text, says: message.replace(/:\d+\//, '/') };
}

/** In none of the texts of an error, nor of what caused it. */
function expectNoSecret(error: unknown): void {
  for (let at = error; at instanceof Error; at = at.cause) {
    const texts = [at.message, at.stack, JSON.stringify(at)].join('\n');
    expect(SECRETS.filter((secret) => texts.includes(secret))).toEqual([]);
  }
}
