// Connections that compression was agreed on, and the check of what comes back.
import { checkReplies, frameCounter, offerOf } from '../lib/compressed.mjs';
import { RawConnection } from './raw-connection.mjs';

/** @returns {Promise<RawConnection[]>} `count` of them, each before the first message of a series. */
export async function openCompressed(scenario, kind, port, count) {
  const connections = await RawConnection.openMany(count, port, { extensions: offerOf(scenario) });
  for (const connection of connections) {
    connection.position = 0;
    if (kind !== 'net') checkAgreement(connection.head, scenario.takeover);
  }
  return connections;
}

function checkAgreement(head, takeover) {
  const answer = /^sec-websocket-extensions: *(.+)$/im.exec(head)?.[1] ?? 'no extension';
  const agreed = answer.startsWith('permessage-deflate');
  if (!agreed || answer.includes('server_no_context_takeover') === takeover) {
    throw new Error(`the server has agreed to ${answer}`);
  }
}

/** Sends the next `messages` of `series` on `connection`. */
export function sendNext(series, connection, messages) {
  connection.position = series.write(connection.socket, connection.position, messages);
}

/** Sends the next `messages` of `series`, and waits until there are as many replies. @returns them: first byte and payload of each. */
export function exchangeNext(series, connection, messages) {
  return new Promise((resolve, reject) => {
    const frames = [];
    const count = frameCounter((first, payload) => frames.push([first, payload]));
    connection.onLost = reject;
    connection.onRead = (bytes, buffer) => {
      count(bytes, buffer);
      if (frames.length === messages) resolve(frames);
      if (frames.length > messages) reject(new Error('the server sent more than its replies'));
    };
    sendNext(series, connection, messages);
  });
}

/** The replies to three turns of the series must be the plaintext of three turns. */
export async function checkEcho(scenario, kind, port, series) {
  if (kind === 'net') return;
  const [connection] = await openCompressed(scenario, kind, port, 1);
  const { payloads } = series;
  const frames = await exchangeNext(series, connection, 3 * payloads.length);
  connection.close();
  await checkReplies(frames, [...payloads, ...payloads, ...payloads], scenario.takeover);
}
