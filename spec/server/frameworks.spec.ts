import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { accept, attach, reject, type Server } from '../../src/index.js';
import { opensslNeed, selfSigned } from '../support/certificate.js';
import { collect } from '../support/collect.js';
import { afterTest, owned, startClient, watchResources } from '../support/harness.js';
import { dialRaw } from '../support/raw-peer.js';
import { describeNeeds } from '../support/skip.js';
import { until } from '../support/turns.js';
import { replyOf, replyTo, requestFor } from './requesting.js';

/** What every framework is asked for beside `attach`, and what it has to give. */
interface Application {
  /** Where `attach` is. */
  readonly web: http.Server | https.Server;
  /** Serves from now on; resolves with its URL, as `ws:` or `wss:`. */
  listen(): Promise<string>;
  close(): Promise<unknown>;
}

/** Everybody who is logged in, by the cookie that the page sets and the socket shows. */
type Sessions = Map<string, { readonly user: string }>;

const PAGE = 'a page';

function listening(web: http.Server | https.Server): Promise<string> {
  const scheme = web instanceof https.Server ? 'wss' : 'ws';
  return new Promise((resolve) => {
    web.listen(0, '127.0.0.1', () => {
      resolve(`${scheme}://127.0.0.1:${String((web.address() as AddressInfo).port)}`);
    });
  });
}

function closing(web: http.Server | https.Server): Promise<void> {
  web.closeAllConnections();
  return new Promise((resolve) => {
    web.close(() => {
      resolve();
    });
  });
}

/** Without any framework. */
function plain(web: http.Server | https.Server, sessions: Sessions): Application {
  web.on('request', ({ url }: http.IncomingMessage, response: http.ServerResponse) => {
    if (url === '/login') {
      sessions.set('s1', { user: 'ada' });
      response.setHeader('Set-Cookie', 'session=s1; HttpOnly');
    }
    response.end(PAGE);
  });
  return { web, listen: () => listening(web), close: () => closing(web) };
}

function withExpress(sessions: Sessions): Application {
  const app = express();
  app.get('/page', (_request, response) => void response.send(PAGE));
  app.get('/login', (_request, response) => {
    sessions.set('s1', { user: 'ada' });
    response.cookie('session', 's1', { httpOnly: true }).send(PAGE);
  });
  const web = http.createServer(app);
  return { web, listen: () => listening(web), close: () => closing(web) };
}

function withFastify(sessions: Sessions): Application {
  const app = fastify({ forceCloseConnections: true });
  app.get('/page', () => Promise.resolve(PAGE));
  app.get('/login', (_request, reply) => {
    sessions.set('s1', { user: 'ada' });
    return reply.header('Set-Cookie', 'session=s1; HttpOnly').send(PAGE);
  });
  return {
    web: app.server,
    listen: async () => (await app.listen({ port: 0, host: '127.0.0.1' })).replace('http:', 'ws:'),
    close: () => app.close(),
  };
}

watchResources();

const KINDS: readonly [string, (sessions: Sessions) => Application][] = [
  ['a server of node:http', (sessions) => plain(http.createServer(), sessions)],
  ['an application of Express', withExpress],
  ['an application of Fastify', withFastify],
];

describe.each(KINDS)('attach, beside %s', (_, make) => {
  beside(make);
});

describeNeeds(opensslNeed(), 'attach, beside a server of node:https', () => {
  let ca = '';
  beside(
    (sessions) => {
      const { key, cert } = selfSigned();
      ca = cert;
      return plain(https.createServer({ key, cert }), sessions);
    },
    () => ({ ca }),
  );
});

/** @param tls - What a client needs for TLS, once it is made. */
function beside(make: (sessions: Sessions) => Application, tls?: () => { readonly ca: string }): void {
  const sessions: Sessions = new Map();
  const chats: Server<{ readonly room: string; readonly user: string }>[] = [];

  /** A room for those who are logged in, and a feed for everybody. */
  async function started(): Promise<string> {
    sessions.clear();
    const app = make(sessions);
    const chat = attach(app.web, {
      path: '/chat/:room',
      logger: {},
      authorize: ({ params, cookies }) => {
        const session = sessions.get(cookies.get('session') ?? '');
        if (session === undefined) return reject(401, { body: 'log in first\n' });
        return accept({ context: { room: params['room'] ?? '', user: session.user } });
      },
    });
    const feed = attach(app.web, { path: '/feed', logger: {} });
    chat.connections$.subscribe(({ context, outbox }) => {
      outbox.next(`${context.user} in ${context.room}`);
    });
    feed.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
    const url = await app.listen();
    afterTest(async () => {
      // Before the application, which waits for the sockets of others.
      await Promise.all([chat.close({ graceMs: 0 }), feed.close({ graceMs: 0 })]);
      await app.close();
    });
    chats[0] = chat;
    return url;
  }

  const get = async (url: string, path: string): Promise<http.IncomingMessage & { text: string }> => {
    const { request } = tls === undefined ? http : https;
    return new Promise((resolve, fail) => {
      request(`${url.replace(/^ws/, 'http')}${path}`, { agent: false, ...tls?.() }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve(Object.assign(response, { text }));
        });
      })
        .on('error', fail)
        .end();
    });
  };

  it('leaves the pages as they are, and serves each endpoint at its path', async () => {
    const url = await started();
    expect((await get(url, '/page')).text).toBe(PAGE);
    const feed = await startClient(`${url}/feed`, { ...(tls && { tls: tls() }) });
    const seen = collect(feed.messages$);
    feed.send('tick');
    await until(() => seen.values.length === 1);
    expect((await get(url, '/page')).text).toBe(PAGE);
    expect((await replyTo(url, requestFor('/page'))).status).toBe(404);
    expect((await replyTo(url, requestFor('/chat'))).status).toBe(404);
  });

  it('knows the session that a page has begun, by its cookie', async () => {
    const url = await started();
    const refusal = startClient(`${url}/chat/7`, { ...(tls && { tls: tls() }) });
    await expect(refusal).rejects.toMatchObject({ status: 401, body: Buffer.from('log in first\n') });
    const [cookie = ''] = (await get(url, '/login')).headers['set-cookie'] ?? [];
    const headers = { Cookie: cookie.split(';', 1)[0] ?? '' };
    const client = await startClient(`${url}/chat/7`, { headers, ...(tls && { tls: tls() }) });
    const seen = collect(client.messages$);
    await until(() => seen.values.length === 1);
    expect(seen.values[0]!.data).toBe('ada in 7');
    expect([...chats[0]!.connections].map(({ context }) => context.user)).toEqual(['ada']);
  });

  it('goes on with pages and sockets on one port, at the same time', async () => {
    const url = await started();
    const all = Array.from({ length: 20 }, async (_, i) => {
      if (i % 2 === 0) return (await get(url, '/page')).text;
      const feed = owned(await startClient(`${url}/feed`, { ...(tls && { tls: tls() }) }));
      const seen = collect(feed.messages$);
      feed.send(PAGE);
      await until(() => seen.values.length === 1);
      return seen.values[0]!.data;
    });
    expect(new Set(await Promise.all(all))).toEqual(new Set([PAGE]));
  });

  it('answers with 400 what is no request, in the words of its owner', async () => {
    const url = await started();
    const peer = await dialRaw(url);
    peer.write('nonsense\r\n\r\n');
    expect((await replyOf(peer)).status).toBe(400);
  });
}

describe('attach, beside another who listens for upgrades', () => {
  it('leaves alone what is his', async () => {
    const app = plain(http.createServer(), new Map());
    const his: string[] = [];
    const feed = attach(app.web, { path: '/feed', logger: {} });
    app.web.on('upgrade', ({ url = '' }: http.IncomingMessage, socket) => {
      if (url !== '/his') return;
      his.push(url);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: his\r\nConnection: Upgrade\r\n\r\n');
    });
    const url = await app.listen();
    afterTest(async () => {
      await feed.close({ graceMs: 0 });
      await app.close();
    });
    expect((await replyTo(url, requestFor('/his').replace('websocket', 'his'))).headers.get('upgrade')).toBe(
      'his',
    );
    owned(await startClient(`${url}/feed`));
    expect([his, feed.connections.size]).toEqual([['/his'], 1]);
  });
});
