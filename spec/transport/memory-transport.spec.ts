import { memoryPair } from '../../src/transport/memory-transport.js';
import type { Transport } from '../../src/transport/transport.js';
import { collect } from '../support/collect.js';
import { watchResources } from '../support/harness.js';
import { turns } from '../support/turns.js';

watchResources();

/** Hops that are taken one by one. */
function manual(): { hop: (task: () => void) => void; step: () => boolean; run: () => void } {
  const tasks: (() => void)[] = [];
  const step = (): boolean => {
    const task = tasks.shift();
    task?.();
    return task !== undefined;
  };
  return {
    hop: (task) => void tasks.push(task),
    step,
    run: () => {
      while (step());
    },
  };
}

function closes(transport: Transport): unknown[] {
  const seen: unknown[] = [];
  transport.listen({ onDrain: () => seen.push('drain'), onClose: (error) => seen.push(error ?? 'close') });
  return seen;
}

describe('memoryPair', () => {
  it('carries bytes both ways, on another turn, in the chunks they were written in', async () => {
    const [left, right] = memoryPair();
    const atRight = collect(right.bytes$);
    const atLeft = collect(left.bytes$);
    left.write(Buffer.from('one'));
    left.writeAll([Buffer.from('two'), Buffer.from('three')]);
    right.write(Buffer.from('back'));
    expect(atRight.values).toEqual([]);
    await turns(3);
    expect(atRight.values.map((chunk) => Buffer.from(chunk).toString())).toEqual(['one', 'two', 'three']);
    expect(atLeft.values.map((chunk) => Buffer.from(chunk).toString())).toEqual(['back']);
  });

  it('copies what is written, as a socket would', async () => {
    const [left, right] = memoryPair();
    const seen = collect(right.bytes$);
    const bytes = Buffer.from('abc');
    left.write(bytes);
    bytes.fill(0);
    await turns(2);
    expect(Buffer.from(seen.values[0]!).toString()).toBe('abc');
  });

  it('holds what arrives while paused or unsubscribed, and counts it as buffered at the sender', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const events = closes(left);
    right.pause();
    const seen = collect(right.bytes$);
    let taken = false;
    left.write(Buffer.alloc(20_000), () => (taken = true));
    expect(left.needsDrain).toBe(true);
    run();
    expect([seen.values.length, left.bufferedBytes, taken]).toEqual([0, 20_000, false]);
    right.resume();
    run();
    expect([seen.values.length, left.bufferedBytes, taken]).toEqual([1, 0, true]);
    expect(left.needsDrain).toBe(false);
    expect(events).toEqual(['drain']);
  });

  it('closes both sides once both have ended', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const events = [closes(left), closes(right)];
    const seen = [collect(left.bytes$), collect(right.bytes$)];
    left.end();
    left.write(Buffer.from('late'));
    run();
    expect(seen[1]).toMatchObject({ values: [], done: true });
    expect(events).toEqual([[], []]);
    right.write(Buffer.from('half open'));
    right.end();
    run();
    expect(seen[0]!.values).toHaveLength(1);
    expect(seen[0]!.done).toBe(true);
    expect(events).toEqual([['close'], ['close']]);
  });

  for (const before of ['nothing', 'its own end', 'the peer’s end', 'both ends'] as const) {
    it(`tells of the close once when destroyed after ${before}`, () => {
      const { hop, run } = manual();
      const [left, right] = memoryPair(hop);
      const events = [closes(left), closes(right)];
      const seen = [collect(left.bytes$), collect(right.bytes$)];
      if (before === 'its own end' || before === 'both ends') left.end();
      if (before === 'the peer’s end' || before === 'both ends') right.end();
      run();
      left.destroy();
      left.destroy();
      run();
      expect(events[0]).toEqual(['close']);
      expect(seen.map(({ done }) => done)).toEqual([true, true]);
      right.destroy();
      run();
      expect(events[1]).toEqual(['close']);
    });
  }

  it('drops what else comes when unsubscribed, and does not hold the sender back', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const seen = collect(right.bytes$);
    right.pause();
    left.write(Buffer.from('x'));
    run();
    seen.stop();
    run();
    expect(left.bufferedBytes).toBe(0);
    expect(seen.values).toEqual([]);
  });

  it('shows chunks to onBytes before they are emitted', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const order: string[] = [];
    right.onBytes = () => order.push('tap');
    const subscription = right.bytes$.subscribe(() => order.push('value'));
    left.write(Buffer.from('x'));
    run();
    expect(order).toEqual(['tap', 'value']);
    subscription.unsubscribe();
  });

  it('cuts what is written as it is told, each piece on a hop of its own, and each side in its own way', () => {
    const { hop, step, run } = manual();
    const halves = (chunk: Uint8Array): Uint8Array[] => [chunk.subarray(0, 2), chunk.subarray(2)];
    const [left, right] = memoryPair(hop, [halves]);
    const seen = [collect(left.bytes$), collect(right.bytes$)];
    let taken = false;
    left.write(Buffer.from('abc'), () => (taken = true));
    right.write(Buffer.from('abc'));
    step();
    expect([seen[1]!.values.length, left.bufferedBytes, taken]).toEqual([1, 1, false]);
    run();
    expect(seen.map(({ values }) => values.map(String))).toEqual([['97,98,99'], ['97,98', '99']]);
    expect([left.bufferedBytes, taken]).toEqual([0, true]);
  });

  it('is lost with an error, with what is on its way', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const events = [closes(left), closes(right)];
    const seen = collect(left.bytes$);
    const error = new Error('lost');
    right.write(Buffer.from('on its way'));
    left.lose(error);
    left.lose(new Error('again'));
    run();
    expect(seen).toMatchObject({ values: [], done: true, error });
    expect(events).toEqual([[error], []]);
    left.write(Buffer.from('late'));
    run();
    expect(left.bufferedBytes).toBe(0);
  });

  it('is lost behind its peer’s end, which it was told of', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const events = closes(left);
    const seen = collect(left.bytes$);
    right.end();
    run();
    left.lose(new Error('lost'));
    run();
    expect([seen.done, seen.error]).toEqual([true, undefined]);
    expect(events).toMatchObject([{ message: 'lost' }]);
  });

  it('holds what arrives until it is released, whatever its owner does', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const seen = collect(right.bytes$);
    right.hold();
    left.write(Buffer.from('x'));
    right.resume();
    run();
    expect([seen.values.length, left.bufferedBytes]).toEqual([0, 1]);
    right.pause();
    right.release();
    expect(seen.values).toHaveLength(0);
    right.resume();
    expect([seen.values.length, left.bufferedBytes]).toEqual([1, 0]);
  });

  it('calls back behind so many octets, and drops the rest of their chunk', () => {
    const { hop, run } = manual();
    const [left, right] = memoryPair(hop);
    const seen = collect(right.bytes$);
    const at: number[] = [];
    const count = (): number => seen.values.reduce((sum, { length }) => sum + length, 0);
    right.after(0, () => at.push(count()));
    right.after(5, () => at.push(count()));
    for (const text of ['abc', 'def', 'ghi']) left.write(Buffer.from(text));
    run();
    expect(at).toEqual([0, 5]);
    expect(Buffer.concat(seen.values).toString()).toBe('abcdeghi');
  });
});
