import fc from 'fast-check';
import { byteByByte, cutAt } from '../../../src/testing/chunks.js';
import { watchResources } from '../../support/harness.js';
import '../../support/seed.js';
import { type Outcome, outcomeOf } from './judged.js';
import type { Row } from './row.js';
import { ROWS } from './rows.js';

watchResources();

/** Ways to cut a row at random that are tried; more with RXWIRE_RUNS would take minutes. */
const CUTS = 2;
/** Longer ones are not sent octet by octet. */
const MAX_SINGLE = 1000;

function expectOutcome({ expected }: Row, outcome: Outcome): void {
  if ('messages' in expected) {
    expect(outcome).toEqual({ messages: expected.messages, code: expected.code });
    return;
  }
  const { is, status, says, headers = {}, body } = expected;
  expect(outcome).toMatchObject({ is, phase: 'http', status, headers, says: expect.stringMatching(says) });
  if (body !== undefined) expect(outcome).toMatchObject({ body });
}

for (const [about, rows] of Object.entries(ROWS)) {
  describe(`an answer, by ${about}`, () => {
    it.each(rows)('with $name comes to the same, however it is cut', async (row) => {
      let length = 0;
      const whole = await outcomeOf(row, (octets) => {
        length = octets.length;
        return [octets];
      });
      expectOutcome(row, whole);
      if (length <= MAX_SINGLE) expect(await outcomeOf(row, byteByByte)).toEqual(whole);
      const places = fc.array(fc.nat(length), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(places, async (cuts) => {
          expect(await outcomeOf(row, (octets) => cutAt(octets, cuts))).toEqual(whole);
        }),
        { numRuns: CUTS },
      );
      expect(Object.keys(Object.prototype)).toEqual([]);
    });
  });
}

describe('the table', () => {
  it('names each row once', () => {
    const names = Object.values(ROWS).flatMap((rows) => rows.map(({ name }) => name));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
