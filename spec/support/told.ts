import { run } from '../../src/cli/run.js';
import { FakeTerminal } from './fake-terminal.js';

/** What became of a command, and what it wrote. */
export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with `args`, in this process, until it has ended; `stdin` is all that is piped into it. */
export async function told(args: readonly string[], stdin = ''): Promise<Told> {
  const terminal = new FakeTerminal();
  terminal.stdin.end(stdin);
  const code = await run(args, terminal);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}
