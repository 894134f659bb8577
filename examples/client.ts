/**
 * Sends three messages, no faster than they get away, and shows what comes back. `node examples/client.ts ws://127.0.0.1:9000`, on Node 24
 * or newer, for `await using`.
 */
import { ConnectionClosedError, HandshakeError, openConnection } from 'rxwire';

const url = process.argv[2] ?? 'ws://127.0.0.1:9000';

async function talk(): Promise<void> {
  await using connection = await openConnection(url);
  const words = ['one', 'two', 'three'];
  for (const word of words) {
    if (!connection.send(word)) await connection.flush();
  }
  let left = words.length;
  // One message at a time: what this loop has not taken holds the server back.
  for await (const message of connection) {
    console.log(message.data);
    if (--left === 0) break;
  }
}

/** Resolves when the connection has closed. */
export const talked = talk().catch((error: unknown) => {
  if (error instanceof HandshakeError) console.error(`no connection: ${error.message}`);
  else if (error instanceof ConnectionClosedError) console.error(`closed with ${String(error.info.code)}`);
  else throw error;
});
