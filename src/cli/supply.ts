import type { Interface } from 'node:readline';
import { AsyncSubject, NEVER, type Observable, switchMap, timer } from 'rxjs';
import type { Outgoing } from '../index.js';
import type { ConnectSettings } from './connect-settings.js';
import { typedLines } from './keyboard.js';
import { linesOf } from './lines.js';
import { parseSlash, type SlashCommand } from './slash.js';
import type { Terminal } from './terminal.js';

/** What stdin asks for next: that something is sent, or what a line with a slash says. */
export type Item =
  { readonly outgoing: Outgoing } | { readonly command: Exclude<SlashCommand, { readonly name: 'send' }> };

/**
 * What is to be sent of stdin. It outlives connections: what one of them did not take is there for the next, and while there is none nothing
 * is read, but for one item.
 */
export class Supply {
  readonly #items: AsyncIterator<Item, void>;
  /** When, by performance.now. */
  readonly #ended$ = new AsyncSubject<number>();
  #left: number;
  #next: Promise<Item | undefined> | undefined;
  /** Emits when stdin has ended, everything was sent, and the time to stay after that is over; replayed. */
  readonly over$: Observable<unknown>;

  constructor(settings: ConnectSettings, terminal: Terminal, prompt: Interface | undefined) {
    const { oneMessage, eofWaitSeconds = Infinity } = settings;
    this.#items = itemsOf(settings, terminal, prompt);
    this.#left = oneMessage ? 1 : Infinity;
    this.over$ =
      eofWaitSeconds === Infinity
        ? NEVER
        : this.#ended$.pipe(switchMap((at) => timeLeft(at, eofWaitSeconds)));
  }

  /** The next item, the same one until it is taken; undefined when there is none to come. Rejects for what cannot be sent. */
  peek(): Promise<Item | undefined> {
    this.#next ??= this.#read();
    return this.#next;
  }

  /** The item was sent. */
  take(item: Item): void {
    this.#next = undefined;
    if ('outgoing' in item) this.#left--;
  }

  /** There is none to come, and everything is out: the time to stay begins, if it has not. */
  end(): void {
    this.#ended$.next(performance.now());
    this.#ended$.complete();
  }

  /** Reads the next item now, so that the end is noticed while there is nobody to take it. */
  watch(): void {
    this.peek().then(
      (item) => {
        if (item === undefined) this.end();
      },
      // Whoever takes it is told.
      () => undefined,
    );
  }

  async #read(): Promise<Item | undefined> {
    if (this.#left <= 0) return undefined;
    const result = await this.#items.next();
    return result.done === true ? undefined : result.value;
  }
}

function timeLeft(endedAt: number, seconds: number): Observable<unknown> {
  return timer(Math.max(0, endedAt + seconds * 1000 - performance.now()));
}

async function* itemsOf(
  { binary, slash }: ConnectSettings,
  terminal: Terminal,
  prompt: Interface | undefined,
): AsyncGenerator<Item, void> {
  if (binary && prompt === undefined) {
    for await (const chunk of terminal.stdin) yield { outgoing: Buffer.from(chunk as Uint8Array) };
    return;
  }
  const lines =
    prompt === undefined ? linesOf(terminal.stdin as AsyncIterable<Uint8Array>) : typedLines(prompt);
  for await (const line of lines) {
    const command = slash ? parseSlash(Buffer.from(line).toString()) : undefined;
    if (command === undefined) yield { outgoing: messageOf(line, binary) };
    else if (command.name === 'send') yield { outgoing: messageOf(Buffer.from(command.text), binary) };
    else yield { command };
  }
}

/** A line is UTF-8 already, and sent as it is. */
function messageOf(line: Uint8Array, isBinary: boolean): Outgoing {
  return isBinary ? line : { type: 'text', data: line };
}
