import { slab, SLAB_BYTES } from '../../src/transport/slab.js';
import { WriteCoalescer } from '../../src/transport/write-coalescer.js';
import { FakeTransport } from '../support/fake-transport.js';

/** Turns that end when told to. */
class Turn {
  readonly #tasks: (() => void)[] = [];
  readonly defer = <T>(task: (subject: T) => void, subject: T): void => {
    this.#tasks.push(() => {
      task(subject);
    });
  };

  end(): void {
    for (const task of this.#tasks.splice(0)) task();
  }
}

function coalescer(transport = new FakeTransport()): {
  writes: WriteCoalescer;
  transport: FakeTransport;
  turn: Turn;
} {
  const turn = new Turn();
  return { writes: new WriteCoalescer(transport, turn.defer), transport, turn };
}

function put(writes: WriteCoalescer, text: string): void {
  const at = writes.reserve(text.length);
  slab.bytes.write(text, at, 'latin1');
  writes.commit(at + text.length);
}

describe('WriteCoalescer', () => {
  it('makes one write of everything sent in a turn', () => {
    const { writes, transport, turn } = coalescer();
    for (let i = 0; i < 1000; i++) put(writes, 'ab');
    expect(transport.calls).toHaveLength(0);
    expect(writes.bufferedBytes).toBe(2000);
    turn.end();
    expect(transport.calls).toHaveLength(1);
    expect(transport.written.toString()).toBe('ab'.repeat(1000));
    expect(writes.bufferedBytes).toBe(0);
  });

  it('writes nothing when nothing was sent', () => {
    const { writes, transport, turn } = coalescer();
    writes.flush();
    turn.end();
    expect(transport.calls).toEqual([]);
  });

  it('gives large payloads by reference, in order with small ones', () => {
    const { writes, transport, turn } = coalescer();
    const large = Buffer.alloc(100_000, 'L');
    put(writes, 'before');
    writes.push(large);
    put(writes, 'after');
    turn.end();
    expect(transport.calls).toHaveLength(1);
    expect(transport.calls[0]).toContain(large);
    expect(transport.written.toString()).toBe(`before${large.toString()}after`);
  });

  it('keeps several borrowers of the slab apart in one turn', () => {
    const all = Array.from({ length: 4 }, () => coalescer());
    for (let round = 0; round < 50; round++) {
      all.forEach(({ writes }, i) => put(writes, `${i}${'.'.repeat(round)}`));
    }
    for (const { turn } of all) turn.end();
    all.forEach(({ transport }, i) => {
      expect(transport.written.toString()).toBe(
        Array.from({ length: 50 }, (_, round) => `${i}${'.'.repeat(round)}`).join(''),
      );
    });
  });

  it('writes at once when the slab is full, and loses nothing', () => {
    const { writes, transport, turn } = coalescer();
    const piece = 'x'.repeat(100_000);
    for (let i = 0; i < 7; i++) put(writes, piece);
    expect(transport.calls.length).toBeGreaterThan(0);
    turn.end();
    expect(transport.written).toHaveLength(700_000);
    expect(SLAB_BYTES).toBeGreaterThan(100_000);
  });

  it('holds everything back until release, and writes once then', () => {
    const { writes, transport, turn } = coalescer();
    writes.hold();
    put(writes, 'a');
    turn.end();
    expect(transport.calls).toHaveLength(0);
    put(writes, 'b');
    writes.release();
    expect(transport.copies.map(String)).toEqual(['ab']);
    turn.end();
    expect(transport.calls).toHaveLength(1);
  });

  it('uses the slab again only when the transport has taken it', () => {
    const { writes, transport, turn } = coalescer();
    transport.takes = false;
    put(writes, 'first');
    turn.end();
    put(writes, 'second');
    turn.end();
    const other = coalescer();
    put(other.writes, 'XXXXXXXXXXXXXXXX');
    other.turn.end();
    expect(Buffer.concat(transport.calls.flat()).toString()).toBe('firstsecond');
  });

  it('gives a transport that may keep the memory its own', () => {
    const transport = new FakeTransport();
    transport.releasesWrites = false;
    const { writes, turn } = coalescer(transport);
    put(writes, 'kept');
    turn.end();
    put(writes, 'XXXX');
    turn.end();
    expect(transport.calls.flat().map((chunk) => Buffer.from(chunk).toString())).toEqual(['kept', 'XXXX']);
  });

  it('tells when all that was accepted is taken, at once when there is nothing', () => {
    const { writes, transport, turn } = coalescer();
    transport.takes = false;
    const told: string[] = [];
    writes.whenTaken(() => told.push('nothing'));
    put(writes, 'a');
    writes.whenTaken(() => told.push('a'));
    expect(told).toEqual(['nothing']);
    turn.end();
    expect(told).toEqual(['nothing']);
    writes.whenTaken(() => told.push('still'));
    turn.end();
    transport.take();
    expect(told).toEqual(['nothing', 'a', 'still']);
  });

  it('drops what was not given with discard, gives the slab back, and tells nobody', () => {
    const { writes, transport, turn } = coalescer();
    let told = false;
    put(writes, 'a');
    writes.push(Buffer.alloc(50_000));
    put(writes, 'b');
    writes.whenTaken(() => (told = true));
    writes.discard();
    expect(writes.bufferedBytes).toBe(0);
    turn.end();
    expect(transport.calls).toEqual([]);
    expect(told).toBe(false);
    const next = coalescer();
    put(next.writes, 'fine');
    next.turn.end();
    expect(next.transport.written.toString()).toBe('fine');
  });
});
