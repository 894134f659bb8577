import { makeFrame, type Outgoing, Opcode, text } from '../../src/index.js';
import { ended, watchResources } from '../support/harness.js';
import { connectionOver, memoryPeer } from '../support/memory-peer.js';
import { FakeTransport } from '../support/fake-transport.js';
import { turns } from '../support/turns.js';
import { closeBody, WireReader } from 'rxwire/testing';
import { BINARY, CLOSE, closeOf, PONG, TEXT } from '../support/wire-frames.js';

watchResources();

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('send', () => {
  for (const role of ['client', 'server'] as const) {
    it(`writes every kind of message from a ${role} in order`, async () => {
      const { connection, peer } = memoryPeer(role);
      const all: [Outgoing, number, string][] = [
        ['text', TEXT, 'text'],
        ['', TEXT, ''],
        [Buffer.from([1, 2]), BINARY, '\x01\x02'],
        [new Uint8Array(0), BINARY, ''],
        [new Uint8Array([9, 8, 7, 6]).buffer, BINARY, '\x09\x08\x07\x06'],
        [new Uint8Array([9, 8, 7, 6]).subarray(1, 3), BINARY, '\x08\x07'],
        [text('as a message'), TEXT, 'as a message'],
        [{ type: 'text', data: Buffer.from('as octets') }, TEXT, 'as octets'],
        [{ type: 'binary', data: Buffer.from([3]) }, BINARY, '\x03'],
      ];
      for (const [data] of all) expect(connection.send(data)).toBe(true);
      for (const [, opcode, payload] of all) {
        const frame = await peer.next();
        expect([frame.opcode, latin(frame.payload)]).toEqual([opcode, payload]);
      }
    });

    for (const length of [0, 1, 41, 42, 43, 125, 126, 127, 32_767, 32_768, 32_769, 65_535, 65_536, 300_000]) {
      it(`writes ${length} octets and as many characters from a ${role}, unchanged for the caller`, async () => {
        const { connection, peer } = memoryPeer(role);
        const bytes = Buffer.alloc(length, 0xa5);
        const before = Buffer.from(bytes);
        const strings = ['a'.repeat(length), 'é'.repeat(length), '€'.repeat(Math.ceil(length / 3))];
        connection.send(bytes);
        for (const string of strings) connection.send(string);
        expect((await peer.next()).payload.equals(before)).toBe(true);
        for (const string of strings) expect((await peer.next()).payload.toString() === string).toBe(true);
        expect(bytes.equals(before)).toBe(true);
      });
    }
  }

  it('sends U+FFFD for a lone surrogate, in short and in long strings', async () => {
    const { connection, peer } = memoryPeer('server');
    const long = `${'x'.repeat(200_000)}\ud800`;
    connection.send('\ud800');
    connection.send(long);
    expect((await peer.next()).payload.toString()).toBe('\ufffd');
    expect((await peer.next()).payload.subarray(-3).toString()).toBe('\ufffd');
  });

  const wrong: [string, unknown][] = [
    ['a number', 200],
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('x')],
    ['an object with a length', { length: 200 }],
    ['an array', [1, 2]],
    ['a Float32Array', new Float32Array(20)],
    ['a Uint16Array', new Uint16Array(4)],
    ['a DataView', new DataView(new ArrayBuffer(4))],
    ['a SharedArrayBuffer', new SharedArrayBuffer(4)],
    ['a message of another type', { type: 'ping', data: 'x' }],
    ['a message without octets', { type: 'binary', data: new Float32Array(2) }],
    ['a boxed string', Object('x')],
  ];
  for (const [name, value] of wrong) {
    it(`refuses ${name} with a TypeError, and nothing leaves`, async () => {
      const { connection, peer } = memoryPeer('server');
      expect(() => connection.send(value as never)).toThrow(TypeError);
      connection.send('right');
      expect((await peer.next()).payload.toString()).toBe('right');
    });
  }

  it('sends octets as text where the options say so, and refuses those that are not UTF-8', async () => {
    const { connection, peer } = memoryPeer('client');
    connection.send(Buffer.from('grün'), { type: 'text' });
    connection.send('grün', { type: 'binary' });
    expect(() => connection.send(Buffer.from([0xff]), { type: 'text' })).toThrow(TypeError);
    expect(await peer.next()).toMatchObject({ opcode: TEXT });
    expect(await peer.next()).toMatchObject({ opcode: BINARY });
  });

  it('refuses wrong send options', () => {
    const { connection } = memoryPeer('server');
    expect(() => connection.send('x', { type: 'txet' as never })).toThrow(/type is 'txet'/);
    expect(() => connection.send('x', { fragmentBytes: 0 })).toThrow(RangeError);
    expect(() => connection.send('x', { fragmentBytes: 1.5 })).toThrow(RangeError);
    expect(() => connection.send('x', { fragmentByte: 1 } as never)).toThrow(/fragmentBytes/);
  });

  it('cuts messages into frames of fragmentBytes, by option and by call', async () => {
    const { connection, peer } = memoryPeer('client', { fragmentBytes: 4 });
    connection.send('0123456789');
    connection.send(Buffer.from('abcde'), { fragmentBytes: Infinity });
    connection.send('abcd');
    connection.send('äöü', { fragmentBytes: 5 });
    const shapes = [];
    for (let i = 0; i < 7; i++) {
      const { fin, opcode, payload } = await peer.next();
      shapes.push([fin, opcode, payload.length]);
    }
    expect(shapes).toEqual([
      [false, 1, 4],
      [false, 0, 4],
      [true, 0, 2],
      [true, 2, 5],
      [true, 1, 4],
      [false, 1, 5],
      [true, 0, 1],
    ]);
  });

  it('masks each frame of a client with a key of its own', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('client', transport);
    for (let i = 0; i < 200; i++) connection.send('aaaa');
    await turns(1);
    const keys = new Set<string>();
    for (let at = 0; at < transport.written.length; at += 10) {
      keys.add(transport.written.toString('hex', at + 2, at + 6));
    }
    expect(keys.size).toBeGreaterThan(195);
  });

  it('obeys maskFrames and maskingKey', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('client', transport, { maskingKey: () => Uint8Array.of(1, 2, 3, 4) });
    connection.send('\0\0\0\0\0');
    await turns(1);
    expect(transport.written.toString('hex')).toBe('818501020304' + '0102030401');
    const bare = new FakeTransport();
    connectionOver('client', bare, { maskFrames: false }).send('x');
    await turns(1);
    expect(bare.written.toString('hex')).toBe('810178');
  });

  it('returns false and sends nothing once closing has begun', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.close(1000);
    expect(connection.send('late')).toBe(false);
    expect(connection.sendFrame(makeFrame(Opcode.text, 'late'))).toBe(false);
    connection.pong('late');
    connection.outbox.next('late');
    expect(closeOf(await peer.next())).toEqual([1000, '']);
    peer.send(CLOSE, closeBody(1000));
    peer.stream.end();
    await ended(connection);
    expect(connection.send('late')).toBe(false);
    expect(await connection.flush()).toBe(false);
    expect(peer.frames).toHaveLength(1);
  });
});

describe('sendFrame', () => {
  it('writes any opcode and reserved bits as they are', async () => {
    const transport = new FakeTransport();
    const connection = connectionOver('server', transport);
    connection.sendFrame(makeFrame(Opcode.ping, 'p'));
    connection.sendFrame(makeFrame(3, 'x', { fin: false, rsv: 5 }));
    await turns(1);
    const frames = new WireReader().push(transport.written);
    expect(frames.map(({ opcode, fin, rsv }) => [opcode, fin, rsv])).toEqual([
      [9, true, 0],
      [3, false, 5],
    ]);
  });
});

describe('outbox', () => {
  it('is bound, sends, and closes with 1000 on complete and 1011 on error, once', async () => {
    for (const [end, code] of [
      ['complete', 1000],
      ['error', 1011],
    ] as const) {
      const { connection, peer } = memoryPeer('server', { logger: {} });
      const { next, error, complete } = connection.outbox;
      next('x');
      if (end === 'complete') complete();
      else error(new Error('source'));
      error(new Error('late'));
      complete();
      next('late');
      expect((await peer.next()).payload.toString()).toBe('x');
      expect(closeOf(await peer.next())[0]).toBe(code);
    }
  });

  it('has Pongs of its own through pong()', async () => {
    const { connection, peer } = memoryPeer('server');
    connection.pong('hi');
    connection.pong();
    expect(await peer.next()).toMatchObject({ opcode: PONG });
    expect((await peer.next()).payload).toHaveLength(0);
    expect(() => connection.pong('x'.repeat(126))).toThrow(RangeError);
    expect(() => connection.pong(new Float32Array(2) as never)).toThrow(TypeError);
  });
});
