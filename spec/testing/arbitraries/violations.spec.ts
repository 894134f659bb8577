import fc from 'fast-check';
import type { Role } from 'rxwire';
import { checkWire, chunk, WireChecker } from 'rxwire/testing';
import { chunkings, type Violation, violationRules, violations } from 'rxwire/testing/arbitraries';
import { from } from 'rxjs';
import '../../support/seed.js';
import { byAsking, byParts, describeMessage, inOnePass } from '../../support/decoding.js';

const senderTo = (role: Role): Role => (role === 'client' ? 'server' : 'client');

describe.each(violationRules)('violations: %s', (rule) => {
  it('are accused by the wire checker first of this rule, and of nothing before it, however they are cut', () => {
    fc.assert(
      fc.property(violations({ rules: [rule] }), chunkings, (violation, chunking) => {
        const { role, bytes, section, offset, closeCode } = violation;
        const checker = new WireChecker({ role: senderTo(role) });
        for (const piece of chunk(bytes, chunking)) checker.push(piece);
        checker.end();
        const [first] = checker.violations;
        expect(first).toMatchObject({ closeCode });
        expect(first!.offset).toBeGreaterThanOrEqual(offset);
        const there = checker.violations.filter((found) => found.offset === first!.offset);
        expect(there.map((found) => found.section)).toContain(section);
        expect(violation.rule).toBe(rule);
      }),
    );
  });

  it('are failed by the decoders with this code, behind these messages', () => {
    fc.assert(
      fc.property(
        violations({ rules: [rule] }),
        chunkings,
        ({ role, bytes, messages, closeCode }, chunking) => {
          for (const decode of [inOnePass, byParts, byAsking]) {
            if (rule === 'cut off' && decode === byAsking) continue;
            const { events, error } = decode(chunk(bytes, chunking), { role });
            expect(error?.closeCode).toBe(closeCode);
            const given = events.filter((event) => !/^p[io]ng:/.test(event));
            expect(given).toEqual(messages.map(describeMessage));
          }
        },
      ),
    );
  });
});

describe('violations', () => {
  it('are of every rule, and for both roles, where nothing else is asked for', () => {
    const found = fc.sample(violations(), 2000);
    expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set(violationRules));
    expect(new Set(found.map(({ role }) => role))).toEqual(new Set(['client', 'server']));
  });

  it.each(['client', 'server'] as const)('are for a %s where that is asked for', (role) => {
    fc.assert(fc.property(violations({ role }), (violation) => expect(violation.role).toBe(role)));
  });

  it('shrink to the frame alone, the simplest there is', () => {
    const { counterexample } = fc.check(fc.property(violations({ rules: ['reserved opcode'] }), () => false));
    const [smallest] = counterexample!;
    expect(smallest).toMatchObject({ role: 'client', offset: 0, messages: [] });
    expect([...(smallest as Violation).bytes]).toEqual([0x83, 0]);
  });

  it('know no other rule', () => {
    expect(() => violations({ rules: ['toString' as never] })).toThrow('no rule is "toString"');
  });

  it('are emitted one by one by checkWire', () => {
    fc.assert(
      fc.property(violations(), chunkings, ({ role, bytes }, chunking) => {
        const checker = new WireChecker({ role: senderTo(role) });
        checker.push(bytes);
        checker.end();
        const emitted: unknown[] = [];
        from(chunk(bytes, chunking))
          .pipe(checkWire({ role: senderTo(role) }))
          .subscribe((violation) => emitted.push(violation));
        expect(emitted).toEqual(checker.violations);
      }),
    );
  });
});
