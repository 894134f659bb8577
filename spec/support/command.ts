import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, Subject } from 'rxjs';
import type { Need } from './skip.js';

const ROOT = join(import.meta.dirname, '..', '..');

/** The built command. `npm test` builds it before. */
export const MAIN = join(ROOT, 'dist', 'cjs', 'cli', 'main.js');

/** The build, which a run of jest alone does not make. */
export const BUILD: Need = { available: existsSync(MAIN), what: 'the built command: npm run build' };

/** A pseudo terminal: the `script` of util-linux, which takes a command. */
export const PSEUDO_TERMINAL: Need = {
  available: BUILD.available && spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0,
  what: 'the build, and a pseudo terminal: script from util-linux',
};

/** A shell, for pipes between commands. */
export const SHELL: Need = {
  available: BUILD.available && spawnSync('sh', ['-c', 'true']).status === 0,
  what: 'the build, and a shell: sh',
};

/** A process that a spec has started. */
export class Command {
  readonly #child: ChildProcess;
  stdout = Buffer.alloc(0);
  stderr = '';
  readonly #more$ = new Subject<void>();
  /** The exit code, or the name of the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(file, args, { env: { ...process.env, ...env }, cwd: ROOT });
    started.add(this);
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout = Buffer.concat([this.stdout, chunk]);
      this.#more$.next();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
      this.#more$.next();
    });
    this.#child.stdin?.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        started.delete(this);
        this.#more$.next();
        resolve(code ?? signal);
      });
    });
  }

  get text(): string {
    return this.stdout.toString();
  }

  write(data: string | Uint8Array): this {
    this.#child.stdin?.write(data);
    return this;
  }

  end(data?: string | Uint8Array): this {
    this.#child.stdin?.end(data);
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Whoever reads stdout has enough. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  /** Resolves when `pattern` has come on stdout or stderr. */
  async says(pattern: RegExp | string): Promise<RegExpExecArray> {
    const sought = typeof pattern === 'string' ? literally(pattern) : pattern;
    for (;;) {
      const match = sought.exec(this.text) ?? sought.exec(this.stderr);
      if (match !== null) return match;
      if (!started.has(this)) throw new Error(`ended without ${String(pattern)}: ${this.text}${this.stderr}`);
      await firstValueFrom(this.#more$);
    }
  }
}

/** An expression for the text itself: what is sought may be control characters. */
export function literally(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
}

const started = new Set<Command>();

/** Kills what is left of the commands of this spec; each by its id. */
export async function endCommands(): Promise<void> {
  const left = [...started];
  for (const command of left) command.signal('SIGKILL');
  await Promise.all(left.map((command) => command.ended));
}

/** Starts `rxwire`. */
export function rxwire(...args: readonly string[]): Command {
  return new Command(process.execPath, [MAIN, ...args]);
}

/** Starts `rxwire` on a pseudo terminal. */
export function rxwireOnTerminal(args: readonly string[], env?: NodeJS.ProcessEnv): Command {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  // In the shell's place: dash, which `script` takes where no SHELL is set, dies of the terminal's SIGINT itself.
  return new Command('script', ['-qec', `exec ${line}`, '/dev/null'], env);
}

/** Starts `rxwire serve` on a free port and waits for its first line. */
export async function rxwireServe(...args: readonly string[]): Promise<{ server: Command; url: string }> {
  const server = rxwire('serve', '--port', '0', ...args);
  const [, url = ''] = await server.says(/^listening on (\S+)\n/);
  return { server, url };
}
