import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import type { DiagnosticsEvents, Logger } from '../../../src/index.js';
import { afterTest } from '../../support/harness.js';

const CHANNELS: readonly (keyof DiagnosticsEvents)[] = [
  'rxwire:connection:open',
  'rxwire:connection:close',
  'rxwire:connection:error',
  'rxwire:handshake:refused',
];
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Everything that a client tells of itself, as texts: lines of its log, errors and what caused them, what is published and what can be shown. */
export class Told {
  readonly #texts: string[] = [];
  readonly #leave: (() => void)[] = [];
  readonly logger: Logger = Object.fromEntries(
    LEVELS.map((level) => [
      level,
      (message: string, details: object): void => {
        this.add(message);
        this.add(details);
      },
    ]),
  );

  constructor() {
    for (const name of CHANNELS) {
      const onMessage = (message: unknown): void => {
        this.add(message);
      };
      subscribe(name, onMessage);
      this.#leave.push(() => unsubscribe(name, onMessage));
    }
    afterTest(() => {
      this.stop();
    });
  }

  /** How many texts there are. */
  get size(): number {
    return this.#texts.length;
  }

  /** Listens to nothing that is published any more. */
  stop(): void {
    for (const leave of this.#leave.splice(0)) leave();
  }

  /** Keeps all that anybody would see of it. */
  add(thing: unknown): void {
    this.#texts.push(inspect(thing, { depth: 12, showHidden: true }), String(thing), asJson(thing));
    if (!(thing instanceof Error)) return;
    this.#texts.push(thing.message, thing.stack ?? '', inspect(thing.cause, { depth: 12, showHidden: true }));
    if (thing.cause !== undefined) this.add(thing.cause);
  }

  /** Each text in which one of the secrets is, in any of the forms that it may have on its way. */
  leaksOf(secrets: readonly string[]): string[] {
    const forms = secrets.flatMap(formsOf);
    return this.#texts.filter((text) => forms.some((form) => text.includes(form)));
  }
}

function asJson(thing: unknown): string {
  try {
    // Undefined for what JSON has no words for, whatever its type says.
    // It gives undefined for what it has no words for.
    return [JSON.stringify(thing)].join();
  } catch {
    // Of what refers to itself nothing is shown.
    return '';
  }
}

/** As it is, and by Base64 wherever it begins in what is encoded. */
function formsOf(secret: string): string[] {
  return [secret, ...[0, 1, 2].map((shift) => encodedBehind(secret, shift))];
}

function encodedBehind(secret: string, shift: number): string {
  const encoded = Buffer.from(`${'x'.repeat(shift)}${secret}`).toString('base64');
  // The first and the last group have something else in them.
  return encoded.slice(shift === 0 ? 0 : 4, Math.floor((shift + secret.length) / 3) * 4);
}
