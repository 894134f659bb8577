import type { Connection } from '../../src/index.js';

/** The Sec-WebSocket-Extensions header of the server's answer, its parameters in alphabetical order. */
export function agreedOn(connection: Connection): string {
  const answer = connection.response.headers.get('sec-websocket-extensions') ?? '';
  const [name = '', ...parameters] = answer.split(';').map((part) => part.trim());
  return [name, ...parameters.sort()].join('; ');
}

/** Whether messages of a side may refer back to earlier ones. RFC 7692 section 7.1.1. */
export function takesOver(side: 'client' | 'server', connection: Connection): boolean {
  return !agreedOn(connection).includes(`${side}_no_context_takeover`);
}
