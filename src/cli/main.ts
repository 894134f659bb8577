#!/usr/bin/env node
import { run } from './run.js';
import { processTerminal } from './terminal.js';

const { stdout, stderr } = process;
// Whoever reads may leave (`| head -1`): the session sees it, and it is nobody's error.
for (const stream of [stdout, stderr]) stream.on('error', () => undefined);

void run(process.argv.slice(2), processTerminal()).then((code) => {
  // An open stdin would keep the process; what was written to stdout must be out before it ends.
  stdout.write('', () => process.exit(code));
});
