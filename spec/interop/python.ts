import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '../support/command.js';
import type { Need } from '../support/skip.js';

/** Debian's: another Python does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = '/usr/lib/python3/dist-packages';

/** Starts a script of `peers`. */
export function python(script: string, ...args: readonly string[]): Command {
  return new Command(PYTHON, [join(import.meta.dirname, 'peers', script), ...args]);
}

/** A package of Debian's that brings the module `name`. */
export function pythonModule(name: string): Need {
  return {
    available: existsSync(PYTHON) && existsSync(join(PACKAGES, name)),
    what: `the Python module ${name}: apt-get install python3-${name}`,
  };
}
