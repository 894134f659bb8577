import fc from 'fast-check';
import { Observable, type Subscriber, type Subscription } from 'rxjs';
import { channels, type Link } from '../../../src/index.js';
import '../../support/seed.js';
import { FakeLink } from '../fake-link.js';

const KEYS = ['a', 'b', 'c'] as const;
type Key = (typeof KEYS)[number];

type Step =
  | { readonly do: 'listen'; readonly key: Key }
  | { readonly do: 'leave'; readonly at: number }
  | { readonly do: 'message'; readonly key: Key }
  | { readonly do: 'connect' | 'lose' };

const keys = fc.constantFrom(...KEYS);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('listen' as const), key: keys }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), at: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('message' as const), key: keys }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('connect' as const, 'lose' as const) }) },
  ),
  { maxLength: 60, size: 'max' },
);

/** The other side: what it thinks is wanted, from what it was sent. It is strict. */
class Feed extends FakeLink<string, string> {
  readonly wanted = new Set<string>();

  constructor() {
    super();
    this.onSend = (message) => {
      const key = message.slice(1);
      if (this.wanted.has(key) === message.startsWith('+')) throw new Error(`${message} makes no sense`);
      if (message.startsWith('+')) this.wanted.add(key);
      else this.wanted.delete(key);
    };
  }
}

interface Listener {
  readonly key: Key;
  readonly seen: number[];
  readonly expected: number[];
  readonly subscription: Subscription;
}

/** Channels on connections that come and go, with everything that can be known of them. */
class World {
  readonly listeners: Listener[] = [];
  readonly gone: Listener[] = [];
  readonly feeds: Feed[] = [];
  dialling: Subscriber<Link<string, string>> | undefined;
  #sequence = 0;
  readonly #channel = channels(
    new Observable<Link<string, string>>((subscriber) => {
      expect(this.dialling).toBeUndefined();
      this.dialling = subscriber;
      subscriber.add(() => (this.dialling = undefined));
    }),
  ).channel;

  get feed(): Feed | undefined {
    const last = this.feeds.at(-1);
    return this.dialling !== undefined && last?.isOpen === true ? last : undefined;
  }

  run(step: Step): void {
    if (step.do === 'listen') this.listen(step.key);
    else if (step.do === 'leave') this.leave(step.at);
    else if (step.do === 'message') this.message(step.key);
    else if (step.do === 'lose') this.feed?.end();
    else if (this.dialling !== undefined) {
      const feed = new Feed();
      this.feeds.push(feed);
      this.dialling.next(feed);
    }
  }

  check(): void {
    const wanted = new Set(this.listeners.map(({ key }) => key));
    expect(this.dialling !== undefined).toBe(wanted.size > 0);
    if (this.feed !== undefined) expect(this.feed.wanted).toEqual(wanted);
    for (const feed of this.feeds) {
      expect(feed.claims).toBe(feed === this.feed ? 1 : 0);
      if (feed !== this.feed && feed.isOpen) expect(feed.wanted.size).toBe(0);
    }
    for (const { seen, expected } of [...this.listeners, ...this.gone]) expect(seen).toEqual(expected);
  }

  private listen(key: Key): void {
    const seen: number[] = [];
    const source$ = this.#channel(key, {
      subscribe: () => `+${key}`,
      unsubscribe: () => `-${key}`,
      select: (message) => (message.startsWith(key) ? Number(message.slice(1)) : undefined),
    });
    // Only the last feed is looked at: the one of before must not be taken for the one in use.
    if (this.listeners.length === 0) this.feeds.forEach((feed) => feed.isOpen && feed.end());
    const subscription = source$.subscribe((value) => seen.push(value));
    this.listeners.push({ key, seen, expected: [], subscription });
  }

  private leave(at: number): void {
    const [listener] = this.listeners.splice(at % Math.max(1, this.listeners.length), 1);
    if (listener === undefined) return;
    listener.subscription.unsubscribe();
    this.gone.push(listener);
  }

  private message(key: Key): void {
    const value = ++this.#sequence;
    const { feed } = this;
    if (feed !== undefined) {
      for (const each of this.listeners) if (each.key === key) each.expected.push(value);
    }
    // Every connection that there ever was says it; only the one in use is heard.
    for (const each of this.feeds) each.receive(`${key}${String(value)}`);
  }
}

describe('channels, whatever comes and goes in whatever order', () => {
  it('keep the other side knowing exactly what is wanted, and lose and repeat nothing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = new World();
        for (const step of all) {
          world.run(step);
          world.check();
        }
      }),
    );
  });
});
