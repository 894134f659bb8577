import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import '../../support/seed.js';
import { topics } from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';
import { turns } from '../../support/turns.js';
import { type Member, member } from './members.js';

watchResources();

const NAMES = ['a', 'b', '__proto__'];
const PEOPLE = 4;

const who = fc.nat({ max: PEOPLE - 1 });
const name = fc.constantFrom(...NAMES);
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('add', 'delete', 'unsubscribe'), name, who }),
    fc.record({ do: fc.constantFrom('subscribe', 'stop'), name, who }),
    fc.record({ do: fc.constantFrom('close', 'leave'), name, who }),
    fc.record({ do: fc.constantFrom('publish', 'publish to connections', 'publish but to'), name, who }),
  ),
  { maxLength: 60 },
);

describe('topics, after any sequence of coming, leaving, closing and publishing', () => {
  it('have reached exactly those who were there, and keep nothing when nobody is', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const all = topics({ logger: {} });
        const people: Member[] = Array.from({ length: PEOPLE }, () => member());
        const open = people.map(() => true);
        const inside = new Map(NAMES.map((key) => [key, new Set<number>()]));
        const memberships = new Map<string, Subscription>();
        const subscriptions = new Map<
          string,
          { subscription: Subscription; seen: unknown[]; due: string[] }
        >();
        const due = people.map((): string[] => []);
        // Handles that were made before anything happened are as good as new ones.
        const handles = new Map(NAMES.map((key) => [key, all.topic(key)]));

        for (const [at, step] of course.entries()) {
          const topic = at % 2 === 0 ? handles.get(step.name)! : all.topic(step.name);
          const { connection } = people[step.who]!;
          const here = inside.get(step.name)!;
          const key = `${step.name} ${step.who}`;
          switch (step.do) {
            case 'add':
              memberships.set(key, topic.add(connection));
              if (open[step.who]!) here.add(step.who);
              break;
            case 'delete':
              expect(topic.delete(connection)).toBe(here.delete(step.who));
              break;
            case 'unsubscribe':
              memberships.get(key)?.unsubscribe();
              // What was added is left by it only if nothing has taken it out before.
              if (memberships.delete(key)) here.delete(step.who);
              break;
            case 'subscribe': {
              if (subscriptions.has(key)) break;
              const seen: unknown[] = [];
              const subscription = topic.subscribe((value) => seen.push(value));
              subscriptions.set(key, { subscription, seen, due: [] });
              break;
            }
            case 'stop':
              subscriptions.get(key)?.subscription.unsubscribe();
              subscriptions.delete(key);
              break;
            case 'leave':
              all.leave(connection);
              for (const set of inside.values()) set.delete(step.who);
              break;
            case 'close':
              connection.terminate();
              people[step.who]!.lose();
              open[step.who] = false;
              for (const set of inside.values()) set.delete(step.who);
              break;
            default: {
              const text = String(at);
              const to = step.do === 'publish to connections' ? 'connections' : 'all';
              const except = step.do === 'publish but to' ? { except: connection } : {};
              const reached = [...here].filter((one) => step.do !== 'publish but to' || one !== step.who);
              expect(topic.publish(text, { to, ...except })).toMatchObject({
                delivered: reached.length,
                skipped: 0,
              });
              for (const one of reached) due[one]!.push(text);
              if (to === 'connections') break;
              for (const [other, { due: expected }] of subscriptions) {
                if (other.startsWith(`${step.name} `)) expected.push(text);
              }
            }
          }
          const used = NAMES.filter(
            (other) =>
              inside.get(other)!.size > 0 ||
              [...subscriptions.keys()].some((one) => one.startsWith(`${other} `)),
          );
          expect([...all.names].sort()).toEqual(used.sort());
          expect(topic.size).toBe(here.size);
        }

        // What a lost connection had not written yet is gone with it.
        await turns(1);
        people.forEach(({ arrived }, one) => {
          if (open[one]!) expect(arrived()).toEqual(due[one]);
          else expect(due[one]).toEqual(expect.arrayContaining(arrived()));
        });
        for (const { subscription, seen, due: expected } of subscriptions.values()) {
          expect(seen).toEqual(expected);
          subscription.unsubscribe();
        }
        for (const one of people) {
          one.connection.terminate();
          if (one.connection.state !== 'closed') one.lose();
        }
        expect(all.names).toEqual([]);
        for (const { connection } of people) expect(all.of(connection)).toEqual([]);
      }),
    );
  });
});
