import { type Handler, topics } from '../index.js';
import type { ServeMode } from './serve-settings.js';

/** What `rxwire serve` does with each connection. The handler is for one server. */
export function handlerOf(mode: ServeMode): Handler {
  if (mode === 'echo') return (connection) => connection.messages$;
  return mode === 'broadcast' ? broadcasting() : chatting();
}

/** Each message to all the others. */
function broadcasting(): Handler {
  const everybody = topics().topic('everybody');
  return (connection) => {
    everybody.add(connection);
    connection.messages$.subscribe(({ data }) => everybody.publish(data, { except: connection }));
  };
}

/** Each line to everybody, under the name of its sender; the sender sees by it that it arrived. */
function chatting(): Handler {
  const everybody = topics().topic('everybody');
  let guests = 0;
  return (connection) => {
    const name = `guest${String(++guests)}`;
    everybody.add(connection);
    connection.messages$.subscribe(({ type, data }) => {
      if (type === 'text') everybody.publish(signLines(name, data));
      else connection.close(1003, 'the chat takes text messages only');
    });
  };
}

/** The name before every line, so that nobody can write a line in another's name. */
export function signLines(name: string, text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `${name}: ${line}`)
    .join('\n');
}
