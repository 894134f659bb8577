import { clearScreenDown, createInterface, cursorTo, type Interface } from 'node:readline';
import { fromEvent, map, type Observable } from 'rxjs';
import type { Signal, Terminal } from './terminal.js';

/** Somebody at a terminal: the prompt, with editing and history. Without one, the lines come from a pipe. */
export function openPrompt({ stdin, stdout }: Terminal, raw: boolean): Interface | undefined {
  if (raw || stdin.isTTY !== true || stdout.isTTY !== true) return undefined;
  return createInterface({ input: stdin, output: stdout, prompt: '> ', terminal: true });
}

/** Gives the terminal back, without the prompt that nobody answers any more. */
export function leavePrompt(prompt: Interface, { stdout }: Terminal): void {
  prompt.close();
  cursorTo(stdout, 0);
  clearScreenDown(stdout);
}

/** Ctrl+C while the prompt has the terminal, where no signal comes of it. */
export function interrupts(prompt: Interface): Observable<Signal> {
  return fromEvent(prompt, 'SIGINT').pipe(map(() => 'SIGINT'));
}

/** What is typed, line by line, until Ctrl+D. */
export async function* typedLines(prompt: Interface): AsyncGenerator<Uint8Array, void> {
  prompt.prompt();
  for await (const line of prompt) {
    prompt.prompt();
    yield Buffer.from(line);
  }
}
