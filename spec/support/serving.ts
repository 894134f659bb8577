import { type Handler, serve, type Server, type ServeOptions } from '../../src/index.js';
import { collect } from './collect.js';
import { until } from './turns.js';

/** A server on 127.0.0.1 that runs `handler` until the end of the test, and the errors it logs. */
export async function serving(
  handler: Handler,
  options: ServeOptions = {},
): Promise<{ server: Server; errors: unknown[] }> {
  const errors: unknown[] = [];
  const logger = { error: (_: string, details: { error?: unknown }) => void errors.push(details.error) };
  const running = collect(serve(handler, { host: '127.0.0.1', logger, closeTimeoutMs: 300, ...options }));
  await until(() => running.values.length === 1);
  return { server: running.values[0]!, errors };
}
