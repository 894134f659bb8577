import {
  type ChannelOptions,
  HandshakeError,
  type LinkStatus,
  type LogDetails,
  persistent,
  type PersistentConnection,
  type PersistentOptions,
} from '../../../src/index.js';
import { collect } from '../../support/collect.js';
import { Dialing, opens, type Outcome } from '../../support/dialing.js';

export const DOWN = new HandshakeError('down', {
  phase: 'tcp',
  cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
});
export const FORBIDDEN = new HandshakeError('forbidden', { phase: 'http', status: 403 });

export const DIAL_MS = 10;
export const LINGER_MS = 500;

export interface Made {
  readonly dialing: Dialing;
  readonly link: PersistentConnection;
  /** What each server got, by connection. */
  readonly received: unknown[][];
  readonly states: () => string[];
  readonly lines: string[];
}

/** Every delay is half a second to begin with. Servers keep what they get. */
export function make(
  outcomeOf: (dial: number) => Outcome = () => opens,
  options: Omit<PersistentOptions, 'scheduler'> = {},
): Made {
  const received: unknown[][] = [];
  const dialing = new Dialing((dial) => {
    const outcome = outcomeOf(dial);
    if (outcome instanceof Error) return outcome;
    return (pair) => {
      const messages: unknown[] = [];
      received.push(messages);
      pair.server.messages$.subscribe(({ data }) => messages.push(data));
      outcome(pair);
    };
  }, DIAL_MS);
  const lines: string[] = [];
  const log = (text: string, { error }: LogDetails): void => {
    lines.push(
      error === undefined
        ? text
        : `${text}: ${error instanceof Error ? error.message : JSON.stringify(error)}`,
    );
  };
  const link = persistent(dialing.connect$, {
    scheduler: dialing.time,
    delays: { random: () => 0.5 },
    lingerMs: LINGER_MS,
    resetAfterMs: 0,
    logger: { warn: log, error: log },
    ...options,
  });
  const statuses = collect(link.status$);
  const states = (): string[] => statuses.values.map(({ state }: LinkStatus) => state);
  return { dialing, link, received, states, lines };
}

/** Messages are `a1`, `b2`: the key and a value; a channel `a` is begun by `+a` and ended by `-a`. */
export function letter(key: string): ChannelOptions<string> {
  return {
    subscribe: () => `+${key}`,
    unsubscribe: () => `-${key}`,
    select: ({ data }) => (String(data).startsWith(key) ? String(data).slice(1) : undefined),
  };
}
