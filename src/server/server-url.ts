import type { Entrance } from './entrance/entrance.js';

/** The URL to connect to from this machine; empty while nothing is bound. A path with names in it is left to its reader. */
export function urlOf({ address, secure }: Entrance, path: string | undefined): string {
  const scheme = secure ? 'wss' : 'ws';
  if (address === '') return '';
  if (typeof address === 'string') return `${scheme}+unix:${pathInUrl(address)}`;
  const { address: ip, port, family } = address;
  const anywhere = ip === '::' || ip === '0.0.0.0';
  const host = anywhere ? 'localhost' : family === 'IPv6' ? `[${ip}]` : ip;
  const place = path === undefined || /[:*]/.test(path) ? '' : path;
  return `${scheme}://${host}:${String(port)}${place}`;
}

/** A socket's path as a URL has it. */
function pathInUrl(path: string): string {
  return encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');
}
