import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../support/certificate.js';
import type { Command } from '../../support/command.js';
import { ROOT } from '../../support/doc-blocks.js';
import { freePort } from '../../support/free-port.js';
import type { Need } from '../../support/skip.js';

/** What a configuration of the guide is run with. */
export interface Setting {
  /** Where the server is: `127.0.0.1:80`, or the path of a Unix socket. */
  readonly upstream: string;
  readonly tls: boolean;
  /** How long a connection may be silent. */
  readonly idle: string;
}

/** Everything that a configuration is made from. */
export interface Place extends Setting {
  readonly port: number;
  /** Where it may write; `cert.pem` and `both.pem` are there. */
  readonly folder: string;
}

/** A proxy that Debian has. */
export interface Kind {
  readonly name: string;
  readonly need: Need;
  /** The status for a server that is not there. */
  readonly gone: number;
  configuration(place: Place): string;
  start(file: string, folder: string): Command;
}

/** One that runs. */
export interface Running {
  readonly url: string;
  readonly port: number;
  readonly cert: string;
  stop(): Promise<void>;
}

/** The need for an executable of a Debian package. */
export function debian(path: string, name: string): Need {
  return { available: existsSync(path), what: `${path}: apt-get install ${name}` };
}

/** The block of the guide in this language, with each of the texts replaced, which must be there. */
export function ofGuide(language: string, changes: Readonly<Record<string, string>>): string {
  const guide = readFileSync(join(ROOT, 'docs', 'guides', 'proxies.md'), 'utf8');
  let text = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(guide)?.[1] ?? '';
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`the guide's ${language} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Starts it on a free port, and waits until it accepts. */
export async function run(kind: Kind, setting: Setting): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-proxy-'));
  const { key, cert } = selfSigned();
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'both.pem'), cert + key, { mode: 0o600 });
  // Somebody else may take the port in between.
  for (let left = 3; ; left--) {
    const port = await freePort();
    const file = join(folder, 'proxy.conf');
    writeFileSync(file, kind.configuration({ ...setting, port, folder }));
    const command = kind.start(file, folder);
    const stop = async (): Promise<void> => {
      command.signal('SIGTERM');
      await command.ended;
      rmSync(folder, { recursive: true, force: true });
    };
    if (await accepts(port, command)) {
      return { url: `${setting.tls ? 'wss' : 'ws'}://127.0.0.1:${String(port)}`, port, cert, stop };
    }
    if (left === 0) throw new Error(`${kind.name} does not start: ${command.stderr}${command.text}`);
  }
}

/** False when the process has ended before. */
async function accepts(port: number, command: Command): Promise<boolean> {
  let ended = false;
  void command.ended.then(() => (ended = true));
  while (!ended) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => {
        resolve(false);
      });
    });
    if (connected) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
