import { type Connection, type Handler, prepare } from '../index.js';
import type { ServeMode } from './serve-settings.js';

/** What `rxwire serve` does with each connection. The handler is for one server. */
export function handlerOf(mode: ServeMode): Handler {
  if (mode === 'echo') return (connection) => connection.messages$;
  return mode === 'broadcast' ? broadcasting() : chatting();
}

/** Each message to all the others. */
function broadcasting(): Handler {
  const present = new Set<Connection>();
  return (connection) => {
    enter(connection, present);
    connection.messages$.subscribe((message) => {
      // Encoded, and compressed, once for all.
      const copy = prepare(message.data);
      for (const other of present) if (other !== connection) other.send(copy);
    });
  };
}

/** Each line to everybody, under the name of its sender; the sender sees by it that it arrived. */
function chatting(): Handler {
  const present = new Set<Connection>();
  let guests = 0;
  return (connection) => {
    const name = `guest${String(++guests)}`;
    enter(connection, present);
    connection.messages$.subscribe((message) => {
      if (message.type === 'binary') {
        connection.close(1003, 'the chat takes text messages only');
        return;
      }
      const signed = prepare(signLines(name, message.data));
      for (const member of present) member.send(signed);
    });
  };
}

function enter(connection: Connection, present: Set<Connection>): void {
  present.add(connection);
  connection.closed$.subscribe(() => present.delete(connection));
}

/** The name before every line, so that nobody can write a line in another's name. */
export function signLines(name: string, text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `${name}: ${line}`)
    .join('\n');
}
