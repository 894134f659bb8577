import type { Readable } from 'node:stream';
import type { HeaderFields } from '../protocol/handshake/header-fields.js';

/** An answer that opens nothing, over any version of HTTP. */
export interface Refusal {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly body: Readable;
}

/** What an error keeps of a response's body. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Reads at most 1 MiB of the body; `done` is called once, when it ends, breaks off, or is longer.
 *
 * @returns calls `done` now, with what has come.
 */
export function readBody(response: Readable, done: (body: Uint8Array) => void): () => void {
  const chunks: Buffer[] = [];
  let size = 0;
  let finished = false;
  const finish = (): void => {
    if (finished) return;
    finished = true;
    done(new Uint8Array(Buffer.concat(chunks)));
  };
  response.on('data', (chunk: Buffer) => {
    if (finished) return;
    chunks.push(chunk.subarray(0, MAX_BODY_BYTES - size));
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) finish();
  });
  response.on('end', finish);
  response.on('error', finish);
  response.on('close', finish);
  return finish;
}
