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
});
