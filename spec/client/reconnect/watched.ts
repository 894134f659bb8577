import {
  type Connection,
  HandshakeError,
  type LinkStatus,
  reconnect,
  type ReconnectOptions,
} from '../../../src/index.js';
import { collect, type Record } from '../../support/collect.js';
import { Dialing, type Outcome } from '../../support/dialing.js';

export const DOWN = new HandshakeError('down', {
  phase: 'tcp',
  cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
});

export function busy(headers: { readonly [name: string]: string }): HandshakeError {
  return new HandshakeError('busy', { phase: 'http', status: 503, headers });
}

export interface Watched {
  readonly dialing: Dialing;
  readonly connections: Record<Connection>;
  readonly statuses: LinkStatus[];
  readonly states: () => string[];
  readonly completed: () => number;
}

/** `reconnect` over dials in memory, on virtual time. Half of every bound is drawn, unless told otherwise. */
export function watch(outcomeOf: (dial: number) => Outcome, options: ReconnectOptions = {}): Watched {
  const dialing = new Dialing(outcomeOf);
  const statuses: LinkStatus[] = [];
  let completed = 0;
  const connections = collect(
    dialing.connect$.pipe(
      reconnect({
        scheduler: dialing.time,
        delays: { random: () => 0.5 },
        ...options,
        status: { next: (status) => statuses.push(status), complete: () => completed++ },
      }),
    ),
  );
  const states = (): string[] =>
    statuses.map((status) => {
      if (status.state === 'connecting') return `connecting ${status.attempt}`;
      if (status.state === 'waiting') return `waiting ${status.attempt} ${status.delayMs}`;
      return status.state;
    });
  return { dialing, connections, statuses, states, completed: () => completed };
}
