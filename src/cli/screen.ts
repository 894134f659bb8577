import { once } from 'node:events';
import { clearScreenDown, cursorTo, moveCursor, type Interface } from 'node:readline';
import type { Message } from '../index.js';
import { escapeControls } from './escape.js';
import { forPipe, forTerminal, type Style } from './show.js';
import type { Terminal } from './terminal.js';

/** Where the session shows what comes. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #style: Style;
  /** The line that is being edited, when somebody is typing. */
  readonly #prompt: Interface | undefined;
  #broken = false;
  /** Resolves when nobody reads stdout any more; rejects when it cannot be written for another reason, such as a full disk. */
  readonly whenBroken: Promise<void>;

  constructor(terminal: Terminal, style: Style, prompt?: Interface) {
    this.#terminal = terminal;
    this.#style = style;
    this.#prompt = prompt;
    this.whenBroken = new Promise((resolve, reject) => {
      terminal.stdout.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
        this.#broken = true;
        if (isFailure(code)) reject(new Error(`stdout cannot be written (${code})`));
        else resolve();
      });
    });
    // It may break when no session looks any more.
    this.whenBroken.catch(() => undefined);
  }

  /** Whether nobody reads stdout any more. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Bytes that stdout has not taken yet. */
  get backlogBytes(): number {
    return this.#terminal.stdout.writableLength ?? 0;
  }

  /** Shows a message. False when stdout has enough for now: wait for {@link drained}. */
  message(message: Message): boolean {
    const { stdout } = this.#terminal;
    if (stdout.isTTY !== true) return stdout.write(forPipe(message, this.#style));
    return this.#aside(() => stdout.write(`${forTerminal(message, this.#style)}\n`));
  }

  /** Says something about the connection, on stderr. */
  note(text: string): void {
    this.#aside(() => this.#terminal.stderr.write(`${escapeControls(text)}\n`));
  }

  /** Resolves when stdout takes more, or is broken. */
  async drained(): Promise<void> {
    if (this.#broken) return;
    // `once` rejects when the stream breaks, which whoever waits sees by `broken`.
    await once(this.#terminal.stdout, 'drain').catch(() => undefined);
  }

  /** Writes above the line that is being edited, and draws that again below. */
  #aside(write: () => boolean): boolean {
    if (this.#prompt === undefined) return write();
    const { stdout } = this.#terminal;
    moveCursor(stdout, 0, -this.#prompt.getCursorPos().rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
    const more = write();
    this.#prompt.prompt(true);
    return more;
  }
}

/** Whether the system could not write; otherwise somebody has left, or a stream was ended. */
function isFailure(code: string): boolean {
  return /^E[A-Z]+$/.test(code) && code !== 'EPIPE' && code !== 'ECONNRESET';
}
