import { runConnect } from './connect.js';
import { escapeControls } from './escape.js';
import { ExitCode } from './exit-code.js';
import { HELP } from './help.js';
import { nearest } from './nearest.js';
import { runServe } from './serve.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import { VERSION } from './version.js';

/** Runs the command with what stands after its name. Resolves to the exit code; never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    const usage = error instanceof UsageError;
    const hint = usage ? ` (rxwire ${args[0] === 'serve' ? 'serve ' : ''}--help lists what there is)` : '';
    terminal.stderr.write(`rxwire: ${escapeControls(textOf(error))}${hint}\n`);
    return usage ? ExitCode.usage : ExitCode.error;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first] = args;
  if (first === 'serve') return runServe(args.slice(1), terminal);
  if (args.length === 1 && (first === '--help' || first === '-h')) {
    terminal.stdout.write(HELP);
    return ExitCode.clean;
  }
  if (args.length === 1 && first === '--version') {
    terminal.stdout.write(`${VERSION}\n`);
    return ExitCode.clean;
  }
  // A bare word is no address that anybody types, and most likely a command misspelt.
  if (first !== undefined && /^[a-z]+$/i.test(first) && first !== 'localhost') {
    throw new UsageError(
      `unknown command "${first}", did you mean "${nearest(first, ['serve']) ?? ''}", or ws://${first}?`,
    );
  }
  return runConnect(args, terminal);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
