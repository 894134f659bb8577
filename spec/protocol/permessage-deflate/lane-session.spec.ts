import { deflateRawSync } from 'node:zlib';
import type { Transform, TransformSession } from '../../../src/protocol/extensions/transform.js';
import { Deflater } from '../../../src/protocol/permessage-deflate/deflater.js';
import { Inflater } from '../../../src/protocol/permessage-deflate/inflater.js';
import { ZlibLanes } from '../../../src/protocol/permessage-deflate/zlib-lanes.js';
import { until } from '../../support/turns.js';
import { push } from './sessions.js';
import { countZlibHandles, type ZlibHandles } from './zlib-handles.js';

const inflater = (lanes: ZlibLanes): Transform => new Inflater({ windowBits: 15, takeover: true, lanes });
const deflater = (lanes: ZlibLanes): Transform =>
  new Deflater({ windowBits: 15, level: 6, memLevel: 8, takeover: true, thresholdBytes: 0, lanes });

/** Six bits of noise in each octet. */
const PLAIN = Buffer.alloc(100_000);
for (let at = 0, state = 1; at < PLAIN.length; at++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  PLAIN[at] = state >>> 26;
}
/** It inflates to several chunks, and has no end: a last piece of it is refused. */
const COMPRESSED = deflateRawSync(PLAIN, { level: 9 }).subarray(0, -10);

const DIRECTIONS = [
  ['inflating', inflater, COMPRESSED],
  ['deflating', deflater, PLAIN],
] as const;

/** Time for everything that libuv's threads and the next ticks have left to say, by an event of their own. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    await push(deflater(new ZlibLanes()).open(Infinity), Buffer.alloc(20_000, turn), true);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let handles: ZlibHandles;
beforeEach(() => {
  handles = countZlibHandles();
});
afterEach(async () => {
  await settled();
  expect(handles.made).toBeGreaterThan(0);
  expect(handles.open).toBe(0);
  handles[Symbol.dispose]();
});

describe.each(DIRECTIONS)('a session, %s', (_name, make, payload) => {
  const middle = payload.length >> 1;

  /** Pushes the first half and calls `act` in the place that it names; gives the log of what was called. */
  function logged(act: (session: TransformSession, place: string) => void): string[] {
    const log: string[] = [];
    const session = make(new ZlibLanes()).open(Infinity);
    const note = (place: string): void => {
      log.push(place);
      act(session, place);
    };
    session.push(
      payload.subarray(0, middle),
      false,
      () => note('emit'),
      (error) => note(error === undefined ? 'done' : 'error'),
    );
    note('pushed');
    return log;
  }

  it.each(['pushed', 'emit', 'done'])('that is aborted in "%s" says nothing after it', async (where) => {
    const log = logged((session, place) => {
      if (place === where) session.abort();
    });
    await until(() => log.includes(where));
    await settled();
    expect(log.at(-1)).toBe(where);
    expect(log.filter((place) => place === where)).toHaveLength(1);
  });

  it('that is aborted between two pieces, and again, is gone', async () => {
    const session = make(new ZlibLanes()).open(Infinity);
    await push(session, payload.subarray(0, middle), false);
    expect(handles.open).toBe(1);
    session.abort();
    session.abort();
    expect(handles.open).toBe(0);
  });

  it('that is aborted before its first piece has taken nothing', () => {
    const lanes = new ZlibLanes();
    make(lanes).open(Infinity).abort();
    expect(handles.open).toBe(0);
    expect([lanes.busy, lanes.waiting]).toEqual([0, 0]);
  });

  it('takes no piece after it was aborted', async () => {
    const session = make(new ZlibLanes()).open(Infinity);
    session.abort();
    let called = false;
    const call = (): void => {
      called = true;
    };
    session.push(payload, true, call, call);
    session.push(Buffer.alloc(0), false, call, call);
    await settled();
    expect(called).toBe(false);
  });

  it('that goes over its limit emits no octet over it, and nothing after the error', async () => {
    const log: string[] = [];
    let bytes = 0;
    await new Promise<void>((resolve) => {
      make(new ZlibLanes())
        .open(20_000)
        .push(
          payload,
          true,
          (out) => {
            log.push('emit');
            bytes += out.length;
          },
          (error) => {
            log.push((error as NodeJS.ErrnoException | undefined)?.code ?? 'done');
            resolve();
          },
        );
    });
    await settled();
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(log.at(-1)).toBe('RXWIRE_LIMIT');
    expect(log.slice(0, -1)).toEqual(log.slice(0, -1).map(() => 'emit'));
  });

  it('says done for an empty piece at once, and holds no lane between pieces', async () => {
    const lanes = new ZlibLanes(1);
    const session = make(lanes).open(Infinity);
    const log: string[] = [];
    session.push(
      Buffer.alloc(0),
      false,
      () => log.push('emit'),
      () => log.push('done'),
    );
    expect(log).toEqual(['done']);
    const pushed = push(session, payload.subarray(0, middle), false);
    expect(lanes.busy).toBe(1);
    await pushed;
    expect(lanes.busy).toBe(0);
    session.abort();
  });

  it('gets its next piece inside of "done"', async () => {
    const session = make(new ZlibLanes()).open(Infinity);
    const end = await new Promise<Error | undefined>((resolve) => {
      session.push(
        payload.subarray(0, middle),
        false,
        () => {},
        () => session.push(payload.subarray(middle), true, () => {}, resolve),
      );
    });
    // The compressed one has no end.
    expect((end as NodeJS.ErrnoException | undefined)?.code).toBe(
      make === inflater ? 'RXWIRE_INFLATE' : undefined,
    );
  });

  it.each([1, 2])('waits for one of %d lanes in the order of coming, and gives it back', async (most) => {
    const lanes = new ZlibLanes(most);
    const order: number[] = [];
    const sessions = Array.from({ length: 8 }, () => make(lanes).open(Infinity));
    const pushed = sessions.map((session, index) => {
      return new Promise<void>((resolve) => {
        session.push(
          payload.subarray(0, 3000),
          false,
          () => expect(lanes.busy).toBeLessThanOrEqual(most),
          () => {
            order.push(index);
            resolve();
          },
        );
        // Those that are aborted never say a word.
        if (index % 3 === 2) resolve();
      });
    });
    expect([lanes.busy, lanes.waiting]).toEqual([most, 8 - most]);
    expect(handles.made).toBe(most);
    sessions[2]!.abort();
    sessions[5]!.abort();
    expect([lanes.busy, lanes.waiting]).toEqual([most, 6 - most]);
    await Promise.all(pushed);
    // With two lanes the one or the other may be done first.
    expect(most === 1 ? order : order.toSorted()).toEqual([0, 1, 3, 4, 6, 7]);
    expect([lanes.busy, lanes.waiting]).toEqual([0, 0]);
    for (const session of sessions) session.abort();
  });

  it('gives its lane to the next one when it is aborted at work', async () => {
    const lanes = new ZlibLanes(1);
    const [first, second] = [make(lanes).open(Infinity), make(lanes).open(Infinity)];
    first.push(
      payload,
      false,
      () => {},
      () => {},
    );
    const pushed = push(second, payload.subarray(0, 3000), false);
    first.abort();
    expect((await pushed).error).toBeUndefined();
    second.abort();
  });
});

describe('a session', () => {
  it('that cannot set zlib up says so, and gives its lane back', async () => {
    const lanes = new ZlibLanes(1);
    const broken = new Deflater({
      windowBits: 15,
      level: 99,
      memLevel: 8,
      takeover: false,
      thresholdBytes: 0,
      lanes,
    });
    const { error } = await push(broken.open(Infinity), PLAIN, true);
    expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(lanes.busy).toBe(0);
    expect((await push(deflater(lanes).open(Infinity), PLAIN, true)).error).toBeUndefined();
  });
});

describe('a session of an empty message, deflating', () => {
  it('that is aborted in "emit" says nothing after it', async () => {
    const log: string[] = [];
    const session = deflater(new ZlibLanes()).open(Infinity);
    session.push(
      Buffer.alloc(0),
      true,
      () => {
        log.push('emit');
        session.abort();
      },
      () => log.push('done'),
    );
    await settled();
    expect(log).toEqual(['emit']);
  });
});

describe('one call after the other', () => {
  it('leaves no handle, however a message ends', () => {
    const transform = inflater(new ZlibLanes());
    for (const [payload, most] of [
      ['f248cdc9c90700', 10],
      ['f248cd', 10],
      ['07', 10],
      ['f248cdc9c90700', 2],
      ['f348cdc9c90700f348cdc9c90700', 10],
    ] as const) {
      try {
        transform.whole(Buffer.from(payload, 'hex'), most);
      } catch {
        // What it is refused for is told elsewhere.
      }
      expect(handles.open).toBe(0);
    }
    deflater(new ZlibLanes()).whole(PLAIN, Infinity);
  });

  it('stops behind the first of many final blocks that goes over the limit', () => {
    const block = deflateRawSync(Buffer.alloc(1000));
    const payload = Buffer.concat(Array.from({ length: 60 }, () => block));
    const before = handles.made;
    const inflate = (): Uint8Array => inflater(new ZlibLanes()).whole(payload, 2500);
    expect(inflate).toThrow(expect.objectContaining({ limit: 2500, closeCode: 1009 }));
    expect(handles.made - before).toBe(3);
  });
});
