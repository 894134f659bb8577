import { from } from 'rxjs';
import {
  type ConnectionOptions,
  isText,
  listen,
  makeFrame,
  Opcode,
  type NegotiatedExtension,
  type Outgoing,
} from '../../src/index.js';
import { collect } from '../support/collect.js';
import { FakeTransport } from '../support/fake-transport.js';
import { ended, startPair, watchResources } from '../support/harness.js';
import { connectionOver } from '../support/memory-peer.js';
import { agreedToy } from '../support/toy-extensions.js';
import { turns, until } from '../support/turns.js';
import { WireReader } from 'rxwire/testing';
import { BINARY, CLOSE, PONG, TEXT } from '../support/wire-frames.js';
import { WayOutByHand } from './way-out.js';

watchResources();

/** A connection whose transport takes nothing before it is told to. */
function congested(options: ConnectionOptions) {
  const transport = new FakeTransport();
  transport.takes = false;
  const connection = connectionOver('server', transport, { sendHighWaterBytes: 100, ...options });
  /** Everything that still comes. */
  const drain = async (): Promise<void> => {
    for (let before = -1; before < transport.calls.length;) {
      before = transport.calls.length;
      transport.take();
      await turns(1);
    }
  };
  const arrived = (): string[] =>
    new WireReader()
      .push(transport.written)
      .map(({ opcode, payload }) =>
        opcode === TEXT || opcode === BINARY ? payload.toString('utf8', 0, 2).trim() : `(${opcode})`,
      );
  return { transport, connection, drain, arrived };
}

/** A message of 98 octets, 100 in its frame. */
const message = (name: string): string => name.padEnd(98);

describe("overflow 'dropNewest'", () => {
  it('drops what does not fit, says so, and goes on when there is room', async () => {
    const { connection, drain, arrived } = congested({ overflow: 'dropNewest', maxBufferedBytes: 300 });
    const sent = ['a', 'b', 'c', 'd', 'e'].map((name) => connection.send(message(name)));
    expect(sent).toEqual([false, false, false, false, false]);
    expect(connection.bufferedBytes).toBe(300);
    await drain();
    expect(connection.send(message('f'))).toBe(false);
    await drain();
    expect(arrived()).toEqual(['a', 'b', 'c', 'f']);
    expect(connection.state).toBe('open');
  });

  it('has writable$ turn after a drop, also below the high-water mark', async () => {
    const { connection, drain } = congested({
      overflow: 'dropNewest',
      maxBufferedBytes: 150,
      sendHighWaterBytes: 1000,
    });
    const { values } = collect(connection.writable$);
    expect([connection.send(message('a')), connection.send(message('b'))]).toEqual([true, false]);
    expect(values).toEqual([true, false]);
    await drain();
    expect(values).toEqual([true, false, true]);
  });

  it('takes one message of any size when nothing is buffered', async () => {
    const { connection, drain, arrived } = congested({ overflow: 'dropNewest', maxBufferedBytes: 10 });
    connection.send(message('a'));
    connection.send('b');
    await drain();
    expect(arrived()).toEqual(['a']);
  });

  it('does not take what only waits for the end of the turn for a slow peer', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('server', transport, { overflow: 'dropNewest', maxBufferedBytes: 150 });
    for (const name of ['a', 'b', 'c', 'd']) connection.send(message(name));
    await turns(1);
    expect(new WireReader().push(transport.written)).toHaveLength(4);
  });

  it('is not in what sendAll counts', async () => {
    const { connection, drain } = congested({ overflow: 'dropNewest', maxBufferedBytes: 300 });
    const all = ['a', 'b', 'c', 'd', 'e'].map(message);
    connection.send(message('x'));
    connection.send(message('y'));
    // An Observable pushes as it likes; an array would be pulled.
    const report = collect(connection.sendAll(from(all)));
    await drain();
    expect(report.values).toEqual([{ messages: 1, bytes: 98, flushed: true }]);
  });
});

describe("overflow 'dropOldest'", () => {
  it('drops the first of those that can be taken back, for the newest', async () => {
    const { connection, transport, drain, arrived } = congested({
      overflow: 'dropOldest',
      maxBufferedBytes: 300,
    });
    for (const name of ['a', 'b', 'c', 'd', 'e']) connection.send(message(name));
    expect(connection.bufferedBytes).toBe(300);
    await turns(1);
    // What is with the transport has begun.
    expect(transport.written).toHaveLength(100);
    await drain();
    expect(arrived()).toEqual(['a', 'd', 'e']);
  });

  it('drops the new one where nothing can make place for it, and none in vain', async () => {
    const { connection, drain, arrived } = congested({ overflow: 'dropOldest', maxBufferedBytes: 300 });
    for (const name of ['a', 'b']) connection.send(message(name));
    expect(connection.send('c'.repeat(250))).toBe(false);
    await drain();
    expect(arrived()).toEqual(['a', 'b']);
  });

  it('lets control frames pass, and keeps what is no message in its place', async () => {
    const { connection, transport, drain, arrived } = congested({
      overflow: 'dropOldest',
      maxBufferedBytes: 1000,
    });
    for (const name of ['a', 'b']) connection.send(message(name));
    const sink = connection.openMessage('binary');
    sink.write(Buffer.from('s1'));
    connection.sendFrame(makeFrame(Opcode.binary, 'fr'));
    connection.send(message('c'));
    connection.pong('1');
    sink.write(Buffer.from('s2'));
    sink.end();
    connection.send(message('d'));
    await drain();
    const frames = new WireReader().push(transport.written);
    expect(arrived()[0]).toBe('a');
    expect(frames.filter(({ opcode }) => opcode === 0).map(({ payload }) => payload.toString())).toEqual([
      's2',
      '',
    ]);
    expect(arrived()).toEqual(['a', '(10)', 'b', 's1', '(0)', '(0)', 'fr', 'c', 'd']);
  });

  it('closes behind what was sent and not dropped', async () => {
    const { connection, transport, drain, arrived } = congested({
      overflow: 'dropOldest',
      maxBufferedBytes: 300,
    });
    for (const name of ['a', 'b', 'c', 'd']) connection.send(message(name));
    connection.close(1000);
    await drain();
    expect(arrived()).toEqual(['a', 'c', 'd', `(${String(CLOSE)})`]);
    transport.lose();
    await ended(connection);
    expect(connection.bufferedBytes).toBe(0);
  });

  it('resolves a flush when what is left of it is taken', async () => {
    const { connection, transport, drain } = congested({ overflow: 'dropOldest', maxBufferedBytes: 300 });
    for (const name of ['a', 'b']) connection.send(message(name));
    let flushed: boolean | undefined;
    void connection.flush().then((value) => (flushed = value));
    for (const name of ['c', 'd']) connection.send(message(name));
    await turns(1);
    expect(flushed).toBeUndefined();
    // The flush waits for `a` only, which is all that the transport has: `b` was dropped.
    for (let writes = transport.untaken; writes > 0; writes--) transport.takeFirst();
    await turns(1);
    expect(connection.bufferedBytes).toBe(200);
    expect(flushed).toBe(true);
    await drain();
  });

  it('keeps a message as it was when it was sent', async () => {
    const { connection, drain, arrived } = congested({ overflow: 'dropOldest' });
    connection.send(message('a'));
    const bytes = Buffer.from('b ');
    connection.send(bytes);
    bytes.fill('x');
    await drain();
    expect(arrived()).toEqual(['a', 'b']);
  });

  it('throws for what cannot be sent, and drops nothing for it', async () => {
    const { connection, drain, arrived } = congested({ overflow: 'dropOldest', maxBufferedBytes: 200 });
    for (const name of ['a', 'b']) connection.send(message(name));
    const broken = { type: 'text', data: new Uint8Array(98).fill(0xff) } as const;
    expect(() => connection.send(broken)).toThrow(TypeError);
    expect(() => connection.send(7 as never)).toThrow(TypeError);
    await drain();
    expect(arrived()).toEqual(['a', 'b']);
  });

  it('closes with 1013 at a message frame by frame that finds no room', async () => {
    for (const overflow of ['dropNewest', 'dropOldest', { latest: () => 1 }] as const) {
      const { connection, transport } = congested({ overflow, maxBufferedBytes: 300, logger: {} });
      connection.send(message('a'));
      const sink = connection.openMessage('binary');
      sink.write(Buffer.alloc(150));
      expect(sink.write(Buffer.alloc(150))).toBe(false);
      expect(connection.state).toBe('closing');
      transport.lose();
      expect(await ended(connection)).toMatchObject({ sent: { code: 1013 } });
    }
  });

  it('keeps the history of compression in step with what is sent, over a socket', async () => {
    const { client, accepted } = await startPair({
      overflow: 'dropOldest',
      compression: true,
      sendHighWaterBytes: 16 * 1024,
      maxBufferedBytes: 128 * 1024,
    });
    let sent = 0;
    const text = (): string =>
      `${String(sent++)} ${Array.from({ length: 2000 }, (_, i) => (sent * 7919 + i * i) % 9973).join()}`;
    // Nobody takes what comes: the window of the client is full, then the socket, then this side holds back.
    await until(() => {
      for (let i = 0; i < 10; i++) accepted.send(text());
      return sent > 3000;
    });
    const seen = collect(client.messages$);
    const last = String(sent - 1);
    const numbers = (): number[] =>
      seen.values.filter((value) => isText(value)).map(({ data }) => Number.parseInt(data, 10));
    await until(() => String(numbers().at(-1)) === last, 'the last message arrives');
    expect(numbers()).toEqual(numbers().toSorted((a, b) => a - b));
    expect(numbers().length).toBeLessThan(sent);
    expect(accepted.bufferedBytes).toBe(0);
  });
});

describe('overflow { latest }', () => {
  const latest = (data: Outgoing): unknown => (typeof data === 'string' ? data[0] : undefined);

  it('keeps of each key the newest, in the place of the one before', async () => {
    const { connection, drain, arrived } = congested({ overflow: { latest } });
    for (const name of ['a0', 'a1', 'b1', 'c1', 'b2', 'a2']) connection.send(message(name));
    await drain();
    expect(arrived()).toEqual(['a0', 'a2', 'b2', 'c1']);
  });

  it('never replaces what has no key', async () => {
    const { connection, drain, arrived } = congested({ overflow: { latest: () => undefined } });
    for (const name of ['a0', 'a1', 'a2']) connection.send(message(name));
    await drain();
    expect(arrived()).toEqual(['a0', 'a1', 'a2']);
  });

  it('throws what the key function throws, and nothing is sent', async () => {
    const bad = new Error('no key');
    const overflow = {
      latest: () => {
        throw bad;
      },
    };
    const { connection, transport } = congested({ overflow });
    expect(() => connection.send('x')).toThrow(bad);
    await turns(1);
    expect(transport.calls).toHaveLength(0);
    expect(connection.bufferedBytes).toBe(0);
    expect(connection.state).toBe('open');
  });

  it('closes with 1013 when what is left does not fit, and drops what it held for that', async () => {
    const { connection, transport, drain, arrived } = congested({
      overflow: { latest },
      maxBufferedBytes: 300,
      logger: {},
    });
    for (const name of ['a', 'b', 'c']) connection.send(message(name));
    expect(connection.send(message('b'))).toBe(false);
    expect(connection.state).toBe('open');
    expect(connection.send(message('d'))).toBe(false);
    expect(connection.state).toBe('closing');
    await drain();
    expect(arrived()).toEqual(['a', `(${String(CLOSE)})`]);
    transport.lose();
    expect(await ended(connection)).toMatchObject({ sent: { code: 1013 } });
  });

  it('lets Pongs pass what it holds', async () => {
    const { connection, drain, arrived } = congested({ overflow: { latest } });
    for (const name of ['a', 'b']) connection.send(message(name));
    connection.pong();
    await drain();
    expect(arrived()).toEqual(['a', `(${String(PONG)})`, 'b']);
  });
});

describe('what is held back', () => {
  it('ends the connection with 1011 when an extension fails at it, and nothing behind it is sent', async () => {
    const transport = new FakeTransport();
    transport.takes = false;
    const failing: NegotiatedExtension = {
      ...agreedToy(),
      outbound: () => ({
        wants: (bytes) => bytes < 10,
        whole: () => {
          throw new Error('it fails');
        },
        open: () => {
          throw new Error('it is not opened');
        },
      }),
    };
    const options = { overflow: 'dropOldest', sendHighWaterBytes: 100, logger: {} } as const;
    const connection = connectionOver('server', transport, options, undefined, [failing]);
    connection.send(message('a'));
    connection.send('b');
    connection.send(message('c'));
    for (let i = 0; i < 3; i++) {
      await turns(1);
      transport.take();
    }
    const frames = new WireReader().push(transport.written);
    expect(frames.map(({ opcode }) => opcode)).toEqual([TEXT, CLOSE]);
    transport.lose();
    expect(await ended(connection)).toMatchObject({ sent: { code: 1011 } });
    expect(connection.bufferedBytes).toBe(0);
  });

  it('is bounded in messages, too', () => {
    const oldest = new WayOutByHand({ overflow: 'dropOldest', sendHighWaterBytes: 1 });
    const latest = new WayOutByHand({ overflow: { latest: () => undefined }, sendHighWaterBytes: 1 });
    for (let i = 0; i < 65_537; i++) for (const { out } of [oldest, latest]) out.outlet.send('');
    expect([oldest, latest].map(({ out }) => out.outlet.droppedMessages)).toEqual([0, 0]);
    for (const { out } of [oldest, latest]) out.outlet.send('');
    expect(oldest.out.outlet.droppedMessages).toBe(1);
    expect(latest.overflows).toHaveLength(1);
    expect(latest.out.outlet.droppedMessages).toBe(65_537);
  });
});

describe('the option overflow', () => {
  it('takes every policy', () => {
    for (const overflow of ['close', 'error', 'dropNewest', 'dropOldest', { latest: () => 1 }] as const) {
      expect(() => listen({ overflow })).not.toThrow();
    }
  });

  it.each<[unknown, ErrorConstructor, string]>([
    [
      'dropAll',
      RangeError,
      "option overflow is 'dropAll', expected 'close', 'error', 'dropNewest', 'dropOldest'",
    ],
    [() => 1, TypeError, 'option overflow is a value of type function, expected'],
    [null, TypeError, 'option overflow is null, expected'],
    [{}, TypeError, 'option overflow.latest is missing, expected a function'],
    [{ latest: 'symbol' }, TypeError, "option overflow.latest is 'symbol', expected of type function"],
    [{ lates: () => 1 }, TypeError, 'unknown option overflow.lates, did you mean overflow.latest?'],
  ])('refuses %p', (overflow, kind, text) => {
    expect(() => listen({ overflow: overflow as never })).toThrow(kind);
    expect(() => listen({ overflow: overflow as never })).toThrow(text);
  });
});
