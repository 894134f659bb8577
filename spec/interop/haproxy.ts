import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from '../support/command.js';
import type { Need } from '../support/skip.js';
import { until } from '../support/turns.js';

const EXECUTABLE = '/usr/sbin/haproxy';

/** Debian's proxy. */
export const HAPROXY: Need = {
  available: existsSync(EXECUTABLE),
  what: `the proxy haproxy at ${EXECUTABLE}: apt-get install haproxy`,
};

/** A proxy with a Unix socket in front for each way through it. */
export interface Haproxy {
  /** The sockets: what is spoken in front, and behind. */
  readonly paths: Readonly<Record<'h1-h1' | 'h1-h2' | 'h2-h1' | 'h2-h2', string>>;
  close(): Promise<void>;
}

/** Starts one in front of the server at `host:port`, which speaks HTTP/1.1 and HTTP/2 without TLS. */
export async function haproxy(backend: string): Promise<Haproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-haproxy-'));
  const at = (name: string): string => join(folder, `${name}.sock`);
  const config = join(folder, 'haproxy.cfg');
  const ways = ['h1-h1', 'h1-h2', 'h2-h1', 'h2-h2'].map((name) => {
    const [front = '', back = ''] = name.split('-');
    return [
      `frontend ${name}`,
      `  bind ${at(name)} mode 600 proto ${front}`,
      `  default_backend ${back}`,
    ].join('\n');
  });
  const text = [
    'global',
    '  maxconn 200',
    'defaults',
    '  mode http',
    ...['connect', 'client', 'server', 'tunnel'].map((name) => `  timeout ${name} 30s`),
    ...ways,
    'backend h1',
    `  server s ${backend} proto h1 ws h1`,
    'backend h2',
    `  server s ${backend} proto h2 ws h2`,
    '',
  ].join('\n');
  writeFileSync(config, text);
  const command = new Command(EXECUTABLE, ['-f', config, '-db']);
  const paths = { 'h1-h1': at('h1-h1'), 'h1-h2': at('h1-h2'), 'h2-h1': at('h2-h1'), 'h2-h2': at('h2-h2') };
  await until(() => Object.values(paths).every((path) => existsSync(path)), 'haproxy listens');
  return {
    paths,
    close: async () => {
      command.signal('SIGTERM');
      await command.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
