import fc from 'fast-check';
import '../support/seed.js';
import { watchResources } from '../support/harness.js';
import { PING, TEXT, wire } from '../support/wire-frames.js';
import { Fed } from './fed.js';

watchResources();

type Kind = 'streams' | 'messages' | 'consume';

/** What happens next: a frame comes, somebody begins to take messages (and leaves behind so many of them), or leaves. */
type Step =
  | { readonly do: 'frame' }
  | { readonly do: 'enter'; readonly kind: Kind; readonly most: number }
  | { readonly do: 'leave'; readonly at: number };

const step = fc.oneof(
  { arbitrary: fc.constant<Step>({ do: 'frame' }), weight: 5 },
  fc.record({
    do: fc.constant('enter' as const),
    kind: fc.constantFrom<Kind>('streams', 'messages', 'consume'),
    most: fc.constantFrom(1, 2, Infinity),
  }),
  fc.record({ do: fc.constant('leave' as const), at: fc.nat(4) }),
);
/** Each with whether the microtasks behind it run before the next. */
const steps = fc.array(fc.tuple(step, fc.boolean()), { maxLength: 60 });
/** How many frames each message has. */
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });

/** Somebody who takes messages, and by what is written in the documentation should have got these. */
interface Claim {
  readonly kind: Kind;
  readonly most: number;
  readonly seen: string[];
  readonly wanted: string[];
  leave: () => void;
}

function contentOf(message: number, frames: number): string {
  return Array.from({ length: frames }, (_, i) => `${String(message)}.${String(i)} `).join('');
}

/** What should come of a schedule, by the rules in words: the claims, and what is held for the first who comes. */
class Model {
  readonly claims: Claim[] = [];
  held: string[] = [];
  #given: readonly Claim[] = [];
  #comesWhole = true;

  begin(content: string): void {
    const streams = this.claims.filter(({ kind }) => kind === 'streams');
    // Messages stay in order: while older ones are held nothing is given out as it comes.
    this.#given = this.held.length === 0 ? streams : [];
    this.#comesWhole = this.#given.length === 0 || this.claims.some(({ kind }) => kind !== 'streams');
    for (const claim of [...this.#given]) this.#give(claim, content);
  }

  end(content: string): void {
    if (!this.#comesWhole) return;
    if (this.claims.length === 0 || this.held.length > 0) {
      this.held.push(content);
      return;
    }
    for (const claim of [...this.claims]) if (!this.#given.includes(claim)) this.#give(claim, content);
  }

  enter(claim: Claim): void {
    this.claims.push(claim);
  }

  leave(claim: Claim): void {
    const at = this.claims.indexOf(claim);
    if (at >= 0) this.claims.splice(at, 1);
  }

  /** In a microtask after somebody came. */
  handOut(): void {
    while (this.held.length > 0 && this.claims.length > 0) {
      const content = this.held.shift()!;
      for (const claim of [...this.claims]) this.#give(claim, content);
    }
  }

  #give(claim: Claim, content: string): void {
    // It has left while this was given to those before it.
    if (!this.claims.includes(claim)) return;
    claim.wanted.push(content);
    if (claim.wanted.length === claim.most) this.leave(claim);
  }
}

/** Takes messages of `fed`, and leaves from inside of the last one that is wanted. */
function enter(fed: Fed, kind: Kind, most: number): Claim {
  const claim: Claim = {
    kind,
    most,
    seen: [],
    wanted: [],
    leave: () => undefined,
  };
  const note = (content: string): void => {
    claim.seen.push(content);
    if (claim.seen.length === most) claim.leave();
  };
  const { connection } = fed;
  if (kind === 'streams') {
    const subscription = connection.streams$.subscribe(({ text$ }) => {
      const at = claim.seen.length;
      note('');
      text$.subscribe((text) => (claim.seen[at]! += text));
    });
    claim.leave = () => subscription.unsubscribe();
  } else {
    const whole$ = kind === 'messages' ? connection.messages$ : undefined;
    const subscription =
      whole$?.subscribe(({ data }) => note(data as string)) ??
      connection.consume(({ data }) => note(data as string)).subscribe();
    claim.leave = () => subscription.unsubscribe();
  }
  return claim;
}

describe('those who take messages, and come and go at any time', () => {
  it('each get what they should, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, shapes, async (todo, frames) => {
        const fed = new Fed();
        const model = new Model();
        const all: Claim[] = [];
        let message = 0;
        let frame = 0;
        const writeFrame = (): void => {
          const count = frames[message];
          if (count === undefined) return;
          const content = contentOf(message, count);
          if (frame === 0) model.begin(content);
          const last = frame === count - 1;
          if (last) model.end(content);
          const payload = `${String(message)}.${String(frame)} `;
          fed.push(wire(PING), wire(frame === 0 ? TEXT : 0, payload, { fin: last })).write();
          if (last) message++;
          frame = last ? 0 : frame + 1;
        };
        for (const [step, goesOn] of todo) {
          if (step.do === 'frame') writeFrame();
          else if (step.do === 'enter') {
            const claim = enter(fed, step.kind, step.most);
            all.push(claim);
            model.enter(claim);
          } else {
            const claim = model.claims[step.at];
            if (claim !== undefined) {
              model.leave(claim);
              claim.leave();
            }
          }
          if (!goesOn) continue;
          await Promise.resolve();
          model.handOut();
        }
        while (message < frames.length) writeFrame();
        await Promise.resolve();
        model.handOut();
        const rest = enter(fed, 'messages', Infinity);
        await Promise.resolve();
        expect(rest.seen).toEqual(model.claims.length > 0 ? [] : model.held);
        for (const { seen, wanted } of all) expect(seen).toEqual(wanted);
      }),
    );
  });
});
