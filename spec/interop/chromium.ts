import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { Need } from '../support/skip.js';

const EXECUTABLE = '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's browser. */
export const CHROMIUM: Need = {
  available: existsSync(EXECUTABLE),
  what: `the browser Chromium at ${EXECUTABLE}`,
};

/** Whoever launches it has to close it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}
