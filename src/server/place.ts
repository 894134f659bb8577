import http from 'node:http';
import https from 'node:https';
import { Server as NetServer } from 'node:net';
import { isHttp2Server } from './http2/is-http2-server.js';

/** The options that say where a server listens. */
export interface Place {
  readonly port?: number;
  readonly unixPath?: string;
  readonly fd?: number;
  readonly server?: NetServer;
  readonly backlog?: number;
  readonly reusePort?: boolean;
  readonly tls?: object;
  readonly http2?: boolean;
  readonly statusPage?: boolean;
  readonly unmatched?: 'leave' | 404;
}

/** Each says where to listen by itself. */
const PLACES = ['unixPath', 'fd', 'server', 'port'] as const;
/** What is decided already on a server that is given. */
const BINDING = ['backlog', 'reusePort', 'tls', 'http2'] as const;
/** The first Node that hands `reusePort` to the system; older ones pass it over. */
const REUSE_PORT = [22, 12] as const;

/** @throws TypeError for options that do not go together, and for a server that is none. */
export function checkPlace(place: Place): void {
  const [one, other] = PLACES.filter((name) => place[name] !== undefined);
  if (one !== undefined && other !== undefined) {
    throw new TypeError(`options ${one} and ${other} are both given, expected one of them`);
  }
  const { server } = place;
  if (server === undefined) {
    if (place.unmatched !== undefined) throw new TypeError('option unmatched is for the option server');
  } else {
    checkGiven(server, place);
  }
  if (place.reusePort === true && !hasReusePort()) {
    throw new TypeError(
      `option reusePort needs Node ${REUSE_PORT.join('.')} or newer, this is ${process.version}`,
    );
  }
}

function checkGiven(server: unknown, place: Place): void {
  if (!(server instanceof NetServer)) {
    throw new TypeError('option server is not a server of node:net, tls, http, https or http2');
  }
  for (const name of BINDING) {
    if (place[name] === undefined) continue;
    throw new TypeError(`options server and ${name} are both given, expected ${name} on that server itself`);
  }
  if (place.statusPage === true && isHttpServer(server)) {
    throw new TypeError('option statusPage is true, expected that the server given answers such requests');
  }
}

function hasReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > REUSE_PORT[0] || (major === REUSE_PORT[0] && minor >= REUSE_PORT[1]);
}

/** Whether a server answers requests, rather than hand out sockets. */
export function isHttpServer(server: unknown): server is NetServer {
  if (!(server instanceof NetServer)) return false;
  return server instanceof http.Server || server instanceof https.Server || isHttp2Server(server);
}
