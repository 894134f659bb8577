import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { persistent, type PersistentConnection } from '../../../src/index.js';
import { Dialing } from '../../support/dialing.js';
import '../../support/seed.js';

/** What happens next. */
type Step =
  | { readonly does: 'send'; readonly count: number }
  | { readonly does: 'cut'; readonly isSettled: boolean }
  | { readonly does: 'restart' }
  | { readonly does: 'pass'; readonly ms: number }
  | { readonly does: 'listen' | 'leave'; readonly key: string };

const key = fc.constantFrom('a', 'b', 'c');

function steps(settled: fc.Arbitrary<boolean>): fc.Arbitrary<Step[]> {
  const step = fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ does: fc.constant('send' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ does: fc.constant('cut' as const), isSettled: settled }),
    fc.record({ does: fc.constant('restart' as const) }),
    fc.record({ does: fc.constant('pass' as const), ms: fc.nat(1500) }),
    fc.record({ does: fc.constantFrom('listen' as const, 'leave' as const), key }),
  );
  return fc.array(step, { maxLength: 40 });
}

interface Outcome {
  readonly link: PersistentConnection;
  readonly dialing: Dialing;
  /** What each server got. */
  readonly received: string[][];
  readonly sent: number;
  /** Those that `send` said it did not take. */
  readonly refused: number;
  /** The channels there were when each connection came, in their order. */
  readonly wanted: string[][];
}

function run(script: readonly Step[], maxMessages: number): Outcome {
  const received: string[][] = [];
  const wanted: string[][] = [];
  const channels = new Map<string, Subscription>();
  const dialing = new Dialing(() => (pair) => {
    const messages: string[] = [];
    received.push(messages);
    wanted.push([...channels.keys()]);
    pair.server.messages$.subscribe(({ data }) => messages.push(String(data)));
  });
  const { time } = dialing;
  const link = persistent(dialing.connect$, {
    scheduler: time,
    logger: {},
    lingerMs: 300,
    whileOffline: { maxMessages },
    delays: () => 200,
  });
  let sent = 0;
  let refused = 0;
  for (const step of script) {
    if (step.does === 'send') {
      for (let i = 0; i < step.count; i++) if (!link.send(`${sent++}`)) refused++;
    } else if (step.does === 'pass') time.pass(step.ms);
    else if (step.does === 'listen' && !channels.has(step.key)) {
      const options = {
        subscribe: () => `+${step.key}`,
        unsubscribe: () => `-${step.key}`,
        select: () => undefined,
      };
      channels.set(step.key, link.channel(step.key, options).subscribe());
    } else if (step.does === 'leave') {
      channels.get(step.key)?.unsubscribe();
      channels.delete(step.key);
    } else if (dialing.pairs.length > 0) {
      if (step.does === 'restart') dialing.pair.server.close(1012);
      if (step.does === 'cut' && step.isSettled) time.settle();
      if (step.does === 'cut') dialing.pair.cut();
      time.settle();
    }
  }
  time.pass(60_000);
  return { link, dialing, received, sent, refused, wanted };
}

const numbers = (messages: readonly string[]): number[] =>
  messages.filter((text) => /^\d/.test(text)).map(Number);

describe('a persistent connection, whatever happens', () => {
  it('delivers in order and at most once, and with nothing on its way when it is cut exactly once', () => {
    fc.assert(
      fc.property(steps(fc.constant(true)), (script) => {
        const { received, sent, refused, link } = run(script, Infinity);
        expect(numbers(received.flat())).toEqual(Array.from({ length: sent }, (_, i) => i));
        expect([refused, link.stats.dropped, link.stats.heldMessages]).toEqual([0, 0, 0]);
      }),
    );
  });

  it('delivers in order and at most once, within its bound, where connections are cut at any time', () => {
    fc.assert(
      fc.property(steps(fc.boolean()), fc.nat(4), (script, maxMessages) => {
        const { received, sent, refused, link } = run(script, maxMessages);
        const got = numbers(received.flat());
        expect(got).toEqual([...new Set(got)].toSorted((a, b) => a - b));
        expect(got.length).toBeLessThanOrEqual(sent - refused);
        expect(link.stats).toMatchObject({ dropped: refused, heldMessages: 0, heldBytes: 0 });
      }),
    );
  });

  it('asks for channels first, once on each connection, and ends only what that connection saw', () => {
    fc.assert(
      fc.property(steps(fc.constant(true)), (script) => {
        const { received, wanted } = run(script, Infinity);
        received.forEach((messages, i) => {
          const asked = wanted[i]!.map((name) => `+${name}`);
          expect(messages.slice(0, asked.length)).toEqual(asked);
          for (const name of ['a', 'b', 'c']) {
            const about = messages.filter((text) => text.endsWith(name)).map((text) => text[0]);
            // Begin and end take turns, and begin is first.
            expect(about).toEqual(about.map((_, j) => (j % 2 === 0 ? '+' : '-')));
          }
        });
      }),
    );
  });

  it('has one connection at a time while it is wanted, and nothing when it is closed', () => {
    fc.assert(
      fc.property(steps(fc.boolean()), (script) => {
        const { dialing, link } = run(script, 10);
        expect(dialing.most).toBeLessThanOrEqual(1);
        link.close();
        dialing.time.pass(60_000);
        expect([dialing.time.pending, dialing.current]).toEqual([0, 0]);
      }),
    );
  });
});
