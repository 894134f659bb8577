import { Subject } from 'rxjs';
import { decodeMessages, type Pace, type Paced, Permit } from '../../src/operators/index.js';
import { byteByByte } from 'rxwire/testing';
import { hex } from '../support/hex.js';
import { firehose, marbles } from '../support/operator-contract.js';

/** A pace that permits what it is told to, and keeps what it is given. */
class ManualPace implements Pace {
  permitted: Permit = Permit.all;
  readonly calls: string[] = [];
  paced!: Paced;

  bind(paced: Paced): void {
    this.paced = paced;
    this.calls.push('bind');
  }

  begin(): void {
    this.calls.push('begin');
  }

  end(): void {
    this.calls.push('end');
  }

  permit(): Permit {
    return this.permitted;
  }

  allow(permit: Permit): void {
    this.permitted = permit;
    this.paced.resume();
  }
}

/** A decoder under a pace, and all it did as a list: data, `control N`, `|` or `# …`. */
function paced(permitted: Permit): { pace: ManualPace; source: Subject<Uint8Array>; seen: string[] } {
  const pace = new ManualPace();
  pace.permitted = permitted;
  const source = new Subject<Uint8Array>();
  const seen: string[] = [];
  const onControl = (opcode: number): unknown => seen.push(`control ${opcode}`);
  source.pipe(decodeMessages({ role: 'client', pace, onControl })).subscribe({
    next: ({ data }) => seen.push(String(data)),
    error: (error: unknown) => seen.push(`# ${String((error as { code?: unknown }).code ?? error)}`),
    complete: () => seen.push('|'),
  });
  return { pace, source, seen };
}

const TWO = '810161 8900 810162';

describe('a pace', () => {
  it('is bound at the subscription, and told when a run over bytes in hand begins and ends', () => {
    const { pace, source } = paced(Permit.none);
    expect(pace.calls).toEqual(['bind']);
    source.next(hex(TWO));
    expect(pace.calls).toEqual(['bind', 'begin', 'end']);
    pace.allow(Permit.all);
    expect(pace.calls).toEqual(['bind', 'begin', 'end', 'begin', 'end']);
    pace.paced.resume();
    expect(pace.calls).toHaveLength(5);
  });

  it('can be told of control frames in place of the option', () => {
    const pace = new ManualPace();
    const source = new Subject<Uint8Array>();
    const seen: string[] = [];
    const told: Pace = Object.assign(pace, {
      onControl: (opcode: number, payload: Uint8Array) => {
        seen.push(`pace ${opcode} ${Buffer.from(payload).toString()}`);
      },
    });
    const decode = decodeMessages({ role: 'client', pace: told, onControl: () => seen.push('option') });
    source.pipe(decode).subscribe(({ data }) => seen.push(String(data)));
    source.next(hex('890170 810161 8a00'));
    expect(seen).toEqual(['pace 9 p', 'a', 'pace 10 ']);
  });

  it('that permits nothing holds everything, in order', () => {
    const { pace, source, seen } = paced(Permit.none);
    for (const chunk of [hex(TWO), hex('810163'), hex('8a00')]) source.next(chunk);
    expect(seen).toEqual([]);
    expect(pace.paced.pending).toBe(true);
    pace.allow(Permit.all);
    expect(seen).toEqual(['a', 'control 9', 'b', 'c', 'control 10']);
    expect(pace.paced.pending).toBe(false);
  });

  it('that permits control frames passes them up to the next data frame', () => {
    for (const cut of [(bytes: Uint8Array) => [bytes], byteByByte]) {
      const { pace, source, seen } = paced(Permit.control);
      for (const chunk of cut(hex(`8900 8a00 ${TWO}`))) source.next(chunk);
      expect(seen).toEqual(['control 9', 'control 10']);
      pace.allow(Permit.all);
      expect(seen).toEqual(['control 9', 'control 10', 'a', 'control 9', 'b']);
    }
  });

  it('that permits control frames lets a message end that has begun', () => {
    const { pace, source, seen } = paced(Permit.all);
    source.next(hex('8103 61'));
    pace.permitted = Permit.control;
    source.next(hex('6263 8900 810164'));
    expect(seen).toEqual(['abc', 'control 9']);
  });

  it('is asked again before every message', () => {
    const { pace, source, seen } = paced(Permit.none);
    let left = 1;
    pace.permit = () => (left-- > 0 ? Permit.all : Permit.none);
    source.next(hex('810161 810162 810163'));
    expect(seen).toEqual(['a']);
    for (const wanted of ['b', 'c']) {
      left = 1;
      pace.paced.resume();
      expect(seen.at(-1)).toBe(wanted);
    }
  });

  it('is released chunk by chunk without an end that comes too early', () => {
    const { pace, source, seen } = paced(Permit.none);
    let left = 0;
    pace.permit = () => (left-- > 0 ? Permit.all : Permit.none);
    for (const wire of ['810161', '810162', '810163']) source.next(hex(wire));
    source.complete();
    for (const wanted of [['a'], ['a', 'b']]) {
      left = 1;
      pace.paced.resume();
      expect(seen).toEqual(wanted);
      expect(pace.paced.pending).toBe(true);
    }
    left = 9;
    pace.paced.resume();
    expect(seen).toEqual(['a', 'b', 'c', '|']);
  });

  it.each<[string, (source: Subject<Uint8Array>) => void, string]>([
    ['completion', (source) => source.complete(), '|'],
    ['error', (source) => source.error('broken'), '# broken'],
  ])('makes the %s of the source wait behind the bytes that are held', (_, end, last) => {
    const { pace, source, seen } = paced(Permit.control);
    source.next(hex(TWO));
    end(source);
    pace.paced.resume();
    expect(seen).toEqual([]);
    pace.allow(Permit.all);
    expect(seen).toEqual(['a', 'control 9', 'b', last]);
  });

  it('passes the end at once where nothing is held', () => {
    const { source, seen } = paced(Permit.none);
    source.complete();
    expect(seen).toEqual(['|']);
  });

  it('tells a truncated stream when what is held shows it', () => {
    const { pace, source, seen } = paced(Permit.none);
    source.next(hex('810161 8102'));
    source.complete();
    expect(seen).toEqual([]);
    pace.allow(Permit.all);
    expect(seen).toEqual(['a', '# RXWIRE_TRUNCATED']);
  });

  it('makes an error of a wrong frame that is met on resuming', () => {
    const { pace, source, seen } = paced(Permit.none);
    source.next(hex('810161 83'));
    pace.allow(Permit.all);
    expect(seen).toEqual(['a', '# RXWIRE_PROTOCOL']);
    expect(source.observed).toBe(false);
    expect(pace.paced.pending).toBe(false);
  });

  it.each(['permit', 'begin', 'end', 'bind'] as const)('that throws in %s ends with that error', (method) => {
    const pace = new ManualPace();
    pace[method] = (): never => {
      throw 'thrown';
    };
    const { source, emitted } = firehose(hex('8900'), 1000);
    let error: unknown;
    source
      .pipe(decodeMessages({ role: 'client', pace }))
      .subscribe({ error: (thrown: unknown) => (error = thrown) });
    expect(error).toBe('thrown');
    expect(emitted()).toBeLessThanOrEqual(1);
  });

  it('does not nest runs that a subscriber resumes', () => {
    const pace = new ManualPace();
    const source = new Subject<Uint8Array>();
    const seen: string[] = [];
    source.pipe(decodeMessages({ role: 'client', pace })).subscribe(({ data }) => {
      seen.push(`begin ${String(data)}`);
      pace.paced.resume();
      seen.push(`end ${String(data)}`);
    });
    source.next(hex(TWO));
    expect(seen).toEqual(['begin a', 'end a', 'begin b', 'end b']);
  });

  it('has nothing to give after it was left', () => {
    const pace = new ManualPace();
    pace.permitted = Permit.none;
    const source = new Subject<Uint8Array>();
    const seen: unknown[] = [];
    const subscription = source
      .pipe(decodeMessages({ role: 'client', pace }))
      .subscribe((message) => seen.push(message));
    source.next(hex(TWO));
    subscription.unsubscribe();
    subscription.unsubscribe();
    pace.allow(Permit.all);
    expect(seen).toEqual([]);
    expect(pace.paced.pending).toBe(false);
  });

  it('can tap the frames that pass', () => {
    const { pace, source } = paced(Permit.all);
    const opcodes: number[] = [];
    const tap = ({ opcode }: { opcode: number }): unknown => opcodes.push(opcode);
    pace.paced.onFrame = tap;
    expect(pace.paced.onFrame).toBe(tap);
    source.next(hex(TWO));
    pace.paced.onFrame = undefined;
    source.next(hex('8900'));
    expect(opcodes).toEqual([1, 9, 1]);
  });

  it('spreads messages over time, and their end too', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const pace = new ManualPace();
      pace.permitted = Permit.none;
      const source = hot('  -x-|', { x: hex('810161 810162') });
      const subs = '        ^----!';
      const expected = '    -----(ab|)';
      cold('                -----r').subscribe(() => pace.allow(Permit.all));
      const messages = { a: { type: 'text', data: 'a' }, b: { type: 'text', data: 'b' } };
      expectObservable(source.pipe(decodeMessages({ role: 'client', pace }))).toBe(expected, messages);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });
});
