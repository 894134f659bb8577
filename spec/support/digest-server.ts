import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterTest } from './harness.js';
import { acceptOf } from './raw-peer.js';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** What a {@link digestServer} wants. */
export interface DigestSettings {
  readonly username: string;
  readonly password: string;
  readonly algorithm: string;
  /** How often a nonce may be used. Default 1. */
  readonly uses?: number;
  /** How many of the first right answers are called stale. Default 0. */
  readonly stale?: number;
}

/** A server that lets in who answers by Digest, on a WebSocket or a plain GET. It computes by itself, and takes each nonce and count once. */
export async function digestServer(
  settings: DigestSettings,
): Promise<{ readonly url: string; readonly answers: ReadonlyMap<string, string>[] }> {
  const issued = new Set<string>();
  const answers: ReadonlyMap<string, string>[] = [];
  let { stale = 0 } = settings;
  const challenge = (isStale: boolean): string => {
    const nonce = randomBytes(8).toString('hex');
    issued.add(nonce);
    const { algorithm } = settings;
    return `Digest realm="a \\"realm\\"", qop="auth,auth-int", nonce="${nonce}", opaque="o, p", algorithm=${algorithm}${isStale ? ', stale=true' : ''}`;
  };
  /** Undefined when it may come in, or else the challenge. */
  const judge = (request: http.IncomingMessage): string | undefined => {
    const { authorization } = request.headers;
    if (authorization?.startsWith('Digest ') !== true) return challenge(false);
    const answer = fieldsOf(authorization.slice(7));
    answers.push(answer);
    const isRight = answer.get('response') === expected(settings, answer, request);
    const isFresh = issued.delete(answer.get('nonce') ?? '');
    if (!isRight || !isFresh) return challenge(isRight);
    if (stale-- > 0) return challenge(true);
    return undefined;
  };
  const server = http.createServer((request, response) => {
    const refusal = judge(request);
    response.writeHead(refusal === undefined ? 200 : 401, {
      ...(refusal && { 'WWW-Authenticate': refusal }),
    });
    response.end();
  });
  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex) => {
    const refusal = judge(request);
    socket.on('error', () => undefined);
    const key = request.headers['sec-websocket-key'] ?? '';
    const head =
      refusal === undefined
        ? [
            '101 Switching Protocols',
            'Upgrade: websocket',
            'Connection: Upgrade',
            `Sec-WebSocket-Accept: ${acceptOf(key)}`,
          ]
        : ['401 Unauthorized', `WWW-Authenticate: ${refusal}`, 'Content-Length: 1000000'];
    socket.write(`HTTP/1.1 ${head.join('\r\n')}\r\n\r\n`);
    afterTest(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, answers };
}

function expected(
  { username, password, algorithm }: DigestSettings,
  answer: ReadonlyMap<string, string>,
  { method = '', url = '' }: http.IncomingMessage,
): string {
  const [name = '', isSession] = algorithm.split('-sess') as [string?, string?];
  const digest = (...parts: readonly (string | undefined)[]): string =>
    createHash(HASHES[name]!).update(parts.join(':')).digest('hex');
  const nonces = [answer.get('nonce'), answer.get('cnonce')];
  const user = digest(username, 'a "realm"', password);
  const secret = isSession === undefined ? user : digest(user, ...nonces);
  const [nonce, cnonce] = nonces;
  return digest(secret, nonce, '00000001', cnonce, 'auth', digest(method, url));
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = text.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
  return new Map(
    [...fields].map(([, name = '', quoted, token]) => [
      name,
      (quoted ?? token ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );
}
