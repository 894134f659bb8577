import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { transpiled } from '../support/transpiled.js';

/** How a process has ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What runs a script of this folder. */
export type Run = (
  script: string,
  args?: readonly string[],
  how?: { readonly nodeArgs?: readonly string[]; readonly input?: string },
) => Promise<Ended>;

/** To be called in a file or a `describe`: its scripts are given the index of src as their first argument. */
export function childProcesses(): Run {
  const built = transpiled();
  afterAll(() => {
    built.remove();
  });
  return (script, args = [], { nodeArgs = [], input = '' } = {}) => {
    const path = join(import.meta.dirname, script);
    const child = spawn(process.execPath, [...nodeArgs, path, built.index, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end(input);
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  };
}
