import { PassThrough } from 'node:stream';
import { firstValueFrom, fromEvent, merge, Subject } from 'rxjs';
import type { Signal, Terminal } from '../../src/cli/terminal.js';
import { literally } from './command.js';

class Screenful extends PassThrough {
  text = '';
  isTTY = false;

  constructor() {
    super();
    this.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
    });
  }
}

/** A terminal that a spec looks at and types on. */
export class FakeTerminal implements Terminal {
  readonly stdin: PassThrough & { isTTY?: boolean } = new PassThrough();
  readonly stdout: Screenful = new Screenful();
  readonly stderr: Screenful = new Screenful();
  readonly signals$: Subject<Signal> = new Subject();
  readonly noColor = false;

  /** @param isTTY - Whether somebody sits in front of it. */
  constructor(isTTY = false) {
    this.stdin.isTTY = isTTY;
    this.stdout.isTTY = isTTY;
  }

  /** Resolves when `pattern` has come on either stream. */
  async says(pattern: RegExp | string): Promise<RegExpExecArray> {
    const sought = typeof pattern === 'string' ? literally(pattern) : pattern;
    const more$ = merge(fromEvent(this.stdout, 'data'), fromEvent(this.stderr, 'data'));
    for (;;) {
      const match = sought.exec(this.stdout.text) ?? sought.exec(this.stderr.text);
      if (match !== null) return match;
      await firstValueFrom(more$);
    }
  }
}
