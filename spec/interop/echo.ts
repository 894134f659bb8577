import type { Connection, SendOptions } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { until } from '../support/turns.js';
import type { Content } from './messages.js';

/** Sends all of them at once to a peer that sends back what it gets, and compares what comes, octet by octet and in order. */
export async function expectEcho(
  connection: Connection,
  messages: readonly Content[],
  options: SendOptions = {},
): Promise<void> {
  const back = collect(connection.messages$);
  for (const message of messages) connection.send(message, options);
  await until(
    () => back.values.length === messages.length || back.done,
    `${messages.length} messages come back`,
  );
  back.stop();
  expectSame(
    messages,
    back.values.map(({ data }) => data),
  );
}

/** Compares type and octets; what is reported is short. */
export function expectSame(expected: readonly Content[], got: readonly (string | Uint8Array)[]): void {
  const faults = expected.flatMap((message, at) =>
    same(message, got[at]) ? [] : [about(message, at, got[at])],
  );
  expect(faults).toEqual([]);
  expect(got).toHaveLength(expected.length);
}

function same(message: Content, got: string | Uint8Array | undefined): boolean {
  if (typeof message === 'string' || typeof got === 'string' || got === undefined) return message === got;
  return message.equals(got);
}

function about(message: Content, at: number, got: string | Uint8Array | undefined): string {
  const describe = (some: string | Uint8Array | undefined): string =>
    some === undefined ? 'nothing' : `${typeof some === 'string' ? 'text' : 'binary'} of ${some.length}`;
  return `message ${at}: sent ${describe(message)}, got ${describe(got)}`;
}
