import { from, of, Subject } from 'rxjs';
import { decodeMessages, type DecodeMessagesOptions } from '../../src/operators/index.js';
import { binary, LimitError, ProtocolError, text, TextError } from '../../src/protocol/index.js';
import { hex } from '../support/hex.js';
import { firehose, keepsTheContract, marbles } from '../support/operator-contract.js';

const inputs = { a: hex('810161'), b: hex('810162'), c: hex('820163') };
const outputs = { a: text('a'), b: text('b'), c: binary(hex('63')) };
const toClient = { role: 'client' } as const;

type Options = DecodeMessagesOptions<'string' | 'bytes'>;

function outcome(wire: string, options: Partial<Options> = {}): { seen: unknown[]; error: unknown } {
  const seen: unknown[] = [];
  let error: unknown;
  of(hex(wire))
    .pipe(decodeMessages({ ...toClient, ...options }))
    .subscribe({
      next: ({ data }) => seen.push(data),
      error: (thrown: unknown) => (error = thrown),
      complete: () => seen.push('|'),
    });
  return { seen, error };
}

describe('decodeMessages', () => {
  keepsTheContract({ operator: () => decodeMessages(toClient), inputs, outputs });

  it('emits a message with the chunk that ends it, and all messages of a chunk at once', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const chunks = { h: hex('810268'), r: hex('69'), m: hex('810161 820163') };
      const source = hot('      -h--r--m---|', chunks);
      const subs = '            ^----------!';
      const expected = '        ----t--(ac)|';
      const messages = { t: text('hi'), a: text('a'), c: binary(hex('63')) };
      expectObservable(source.pipe(decodeMessages(toClient))).toBe(expected, messages);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('emits what came before a wrong frame, then the error, and leaves the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a--x--b--|', { ...inputs, x: hex('810162 83') });
      const subs = '            ^---!';
      const expected = '        -a--(b#)';
      const error = new ProtocolError('opcode is 0x3, which is reserved', { section: '5.2' });
      expectObservable(source.pipe(decodeMessages(toClient))).toBe(expected, outputs, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it.each([
    ['inside a header', '81'],
    ['inside a frame', '8102 61'],
    ['inside a message', '0101 61'],
    ['inside a control frame', '8902 61'],
  ])('fails with RXWIRE_TRUNCATED where the source completes %s', (_, wire) => {
    expect(outcome(wire)).toMatchObject({ seen: [], error: { code: 'RXWIRE_TRUNCATED', closeCode: 1006 } });
  });

  it('completes with its source behind a Close frame, and ignores what comes between', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('      -a--x--b--|', { ...inputs, x: hex('0101 61 8800 8300') });
      const subs = '            ^---------!';
      const expected = '        -a--------|';
      expectObservable(source.pipe(decodeMessages(toClient))).toBe(expected, outputs);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it.each<[string, unknown, string, Partial<Options>]>([
    ['ProtocolError', ProtocolError, '8300', {}],
    ['TextError', TextError, '8101 ff', {}],
    ['TextError', TextError, '8803 03e8 ff', { validateUtf8: false }],
    ['LimitError', LimitError, '8103 616263', { limits: { maxMessageBytes: 2 } }],
    ['ProtocolError', ProtocolError, '8100', { role: 'server' }],
  ])('fails with %s at %3$s', (_, type, wire, options) => {
    expect(outcome(wire, options).error).toBeInstanceOf(type as never);
  });

  it('makes an error of what onControl throws, and leaves the source', () => {
    const { source, emitted } = firehose(hex('8900'), 1000);
    const onControl = (): never => {
      throw 'thrown';
    };
    let error: unknown;
    source
      .pipe(decodeMessages({ ...toClient, onControl }))
      .subscribe({ error: (thrown: unknown) => (error = thrown) });
    expect([error, emitted()]).toEqual(['thrown', 1]);
  });

  it('calls onControl at its place among the messages', () => {
    const seen: string[] = [];
    const onControl = (opcode: number): unknown => seen.push(`control ${opcode}`);
    from([hex('8900 810161 8a00 8101'), hex('62 8800')])
      .pipe(decodeMessages({ ...toClient, onControl }))
      .subscribe(({ data }) => seen.push(String(data)));
    expect(seen).toEqual(['control 9', 'a', 'control 10', 'b', 'control 8']);
  });

  it('ends nothing more where onControl leaves', () => {
    const source = new Subject<Uint8Array>();
    const seen: unknown[] = [];
    const onControl = (): void => subscription.unsubscribe();
    const subscription = source
      .pipe(decodeMessages({ ...toClient, onControl }))
      .subscribe((message) => seen.push(message));
    source.next(hex('810161 8900 810162'));
    expect(seen).toEqual([text('a')]);
    expect(source.observed).toBe(false);
  });

  it('decodes many messages of one chunk no further than they are wanted', () => {
    const source = new Subject<Uint8Array>();
    const seen: unknown[] = [];
    const subscription = source.pipe(decodeMessages(toClient)).subscribe((message) => {
      seen.push(message);
      if (seen.length === 2) subscription.unsubscribe();
    });
    source.next(hex('810161 810162 810163 83'));
    expect(seen).toEqual([text('a'), text('b')]);
  });

  it('keeps the order of several chunks that a subscriber makes come', () => {
    const source = new Subject<Uint8Array>();
    const seen: string[] = [];
    let depth = 0;
    source.pipe(decodeMessages(toClient)).subscribe(({ data }) => {
      expect(depth++).toBe(0);
      seen.push(String(data));
      if (seen.length < 4) for (const more of ['810178', '810179']) source.next(hex(more));
      depth--;
    });
    source.next(hex('810161 810162'));
    expect(seen).toEqual(['a', 'b', 'x', 'y', 'x', 'y', 'x', 'y']);
  });
});

describe('the options of decodeMessages', () => {
  it('give text as octets, or unchecked', () => {
    expect(outcome('810161', { textAs: 'bytes' }).seen).toEqual([hex('61'), '|']);
    expect(outcome('8101ff', { validateUtf8: false }).seen).toEqual(['\ufffd', '|']);
    expect(outcome('8101ff', { validateUtf8: false, textAs: 'bytes' }).seen).toEqual([hex('ff'), '|']);
  });

  it('let the other kind of mask pass too, each for its role', () => {
    const both = '810161 8181 00000000 62';
    expect(outcome(both, { acceptMasked: true }).seen).toEqual(['a', 'b', '|']);
    expect(outcome(both, { role: 'server', requireMasked: false }).seen).toEqual(['a', 'b', '|']);
    expect(outcome(both, { requireMasked: false }).error).toBeInstanceOf(ProtocolError);
    expect(outcome(both, { role: 'server', acceptMasked: true }).error).toBeInstanceOf(ProtocolError);
  });

  it('leave payloads under their mask', () => {
    expect(outcome('8181 01010101 61', { role: 'server', applyMask: false }).seen).toEqual(['a', '|']);
    expect(outcome('8181 01010101 61', { role: 'server' }).seen).toEqual(['`', '|']);
  });

  it('lend the bytes, which stay as they are, or give them', () => {
    const lent = hex('8181 01010101 61');
    of(lent)
      .pipe(decodeMessages({ role: 'server' }))
      .subscribe();
    expect(lent).toEqual(hex('8181 01010101 61'));
    const owned = outcome('8181 01010101 61', { role: 'server', ownsInput: true });
    expect(owned.seen).toEqual(['`', '|']);
  });

  it('are refused at once where they are wrong', () => {
    expect(() => decodeMessages({ role: 'both' as never })).toThrow(
      "role is both, expected 'client' or 'server'",
    );
    expect(() => decodeMessages({} as never)).toThrow(TypeError);
    expect(() => decodeMessages({ ...toClient, limits: { maxMessageBytes: -1 } })).toThrow(RangeError);
  });
});
