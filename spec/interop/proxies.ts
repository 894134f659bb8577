import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Command } from '../support/command.js';
import { type Certificate, opensslNeed } from '../support/certificate.js';
import { freePort } from '../support/free-port.js';
import type { Need } from '../support/skip.js';

/** Who may use the proxies that ask. */
export const USER = 'user';
export const PASSWORD = 'pass';

const PROGRAMS = {
  squid: '/usr/sbin/squid',
  tinyproxy: '/usr/bin/tinyproxy',
  'dante-server': '/usr/sbin/danted',
  haproxy: '/usr/sbin/haproxy',
} as const;

/** Where Debian keeps the helper that reads squid's passwords. */
const SQUID_PASSWORDS = '/usr/lib/squid/basic_ncsa_auth';
const WAIT_MS = 12_000;

/** How a process gets mounts of its own: with the rights of root, or without. */
const OWN_MOUNTS = [['--mount'], ['--mount', '--map-root-user']].find(
  (flags) => spawnSync('unshare', [...flags, 'true'], { stdio: 'ignore' }).status === 0,
);

/** What it takes to give dante a user that the system does not have. */
export function danteUserNeed(): Need {
  const { available, what } = proxyNeed('dante-server');
  const more = 'a system that lets a process have mounts of its own: unshare --mount';
  return { available: available && OWN_MOUNTS !== undefined, what: `${what}; ${more}` };
}

/** Packages of Debian's. */
export function proxyNeed(...packages: (keyof typeof PROGRAMS)[]): Need {
  return {
    // For certificates, and squid's passwords.
    available: opensslNeed().available && packages.every((name) => existsSync(PROGRAMS[name])),
    what: `${packages.join(' and ')}: apt-get install ${packages.join(' ')}`,
  };
}

/** A proxy that is a process of its own. */
export interface ProxyProcess {
  readonly port: number;
  readonly command: Command;
}

const folders: string[] = [];
const running: Command[] = [];

/** Ends the proxies, each by its id: those that have processes of their own end them. Removes what they were configured with. */
export async function endProxies(): Promise<void> {
  for (const command of running) command.signal('SIGTERM');
  await Promise.all(running.splice(0).map((command) => command.ended));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** tinyproxy, with a password. */
export async function tinyproxy(): Promise<ProxyProcess> {
  const port = await freePort();
  const lines = ['Listen 127.0.0.1', `Port ${port}`, 'Timeout 60', 'MaxClients 20', 'Allow 127.0.0.1'];
  const conf = write('tinyproxy.conf', [...lines, `BasicAuth ${USER} ${PASSWORD}`, 'LogLevel Warning']);
  return started(port, new Command(PROGRAMS.tinyproxy, ['-d', '-c', conf]));
}

/** squid, with or without a password. */
export async function squid(withPassword: boolean): Promise<ProxyProcess> {
  const port = await freePort();
  const passwords = withPassword
    ? write('passwords', [
        `${USER}:${execFileSync('openssl', ['passwd', '-apr1', PASSWORD]).toString().trim()}`,
      ])
    : undefined;
  const rules =
    passwords === undefined
      ? ['http_access allow here']
      : [
          `auth_param basic program ${SQUID_PASSWORDS} ${passwords}`,
          'auth_param basic realm squid',
          'acl known proxy_auth REQUIRED',
          'http_access allow here known',
        ];
  const conf = write('squid.conf', [
    `http_port 127.0.0.1:${port}`,
    'acl here src 127.0.0.0/8',
    ...rules,
    'http_access deny all',
    'cache deny all',
    'cache_log /dev/null',
    'access_log none',
    'pid_filename none',
    'shutdown_lifetime 0 seconds',
  ]);
  return started(port, new Command(PROGRAMS.squid, ['-N', '-f', conf]));
}

/** dante, which asks for nothing. */
export async function dante(): Promise<ProxyProcess> {
  const port = await freePort();
  return started(port, new Command(PROGRAMS['dante-server'], ['-f', danteConf(port, 'none')]));
}

/** dante, which asks for a password. It knows users of the system only: it sees files in which there is one. */
export async function danteWithUser(): Promise<ProxyProcess> {
  const port = await freePort();
  const hash = execFileSync('openssl', ['passwd', '-6', PASSWORD]).toString().trim();
  const users = write('passwd', [
    'root:x:0:0::/:/usr/sbin/nologin',
    `${USER}:x:60001:60001::/:/usr/sbin/nologin`,
  ]);
  const secrets = write('shadow', [`${USER}:${hash}:19000:0:99999:7:::`]);
  const start = [
    `mount --bind ${users} /etc/passwd`,
    `mount --bind ${secrets} /etc/shadow`,
    `exec ${PROGRAMS['dante-server']} -f ${danteConf(port, 'username', 'root')}`,
  ];
  return started(port, new Command('unshare', [...(OWN_MOUNTS ?? []), 'sh', '-c', start.join(' && ')]));
}

/** @param user - Whose rights it has. */
function danteConf(port: number, method: 'none' | 'username', user = userInfo().username): string {
  return write('danted.conf', [
    'logoutput: stderr',
    `internal: 127.0.0.1 port = ${port}`,
    'external.protocol: ipv4',
    'external: lo',
    `socksmethod: ${method}`,
    'clientmethod: none',
    `user.privileged: ${user}`,
    `user.unprivileged: ${user}`,
    'client pass {',
    '  from: 127.0.0.0/8 to: 0.0.0.0/0',
    '}',
    'socks pass {',
    '  from: 127.0.0.0/8 to: 0.0.0.0/0',
    '}',
  ]);
}

/** haproxy, which takes TLS off for the proxy behind it. */
export async function haproxy(certificate: Certificate, behind: ProxyProcess): Promise<ProxyProcess> {
  const port = await freePort();
  const pem = write('proxy.pem', [certificate.cert, certificate.key]);
  const conf = write('haproxy.cfg', [
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 1m',
    '  timeout server 1m',
    'listen proxy',
    `  bind 127.0.0.1:${port} ssl crt ${pem}`,
    `  server behind 127.0.0.1:${behind.port}`,
  ]);
  return started(port, new Command(PROGRAMS.haproxy, ['-db', '-f', conf]));
}

/** A file of a folder of its own, which programs can read that give up their rights. */
function write(name: string, lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-proxy-'));
  folders.push(folder);
  chmodSync(folder, 0o755);
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Waits until the port accepts; what the program said is in the error if it does not. */
async function started(port: number, command: Command): Promise<ProxyProcess> {
  running.push(command);
  const end = { hasCome: false };
  void command.ended.then(() => (end.hasCome = true));
  const began = performance.now();
  for (;;) {
    if (await accepts(port)) return { port, command };
    if (end.hasCome || performance.now() - began > WAIT_MS) {
      throw new Error(`the proxy did not start: ${command.text}${command.stderr}`);
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => setTimeout(resolve, 20, false));
  });
}
