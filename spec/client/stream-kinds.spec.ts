import { Duplex, duplexPair } from 'node:stream';
import { connect, openConnection, upgrade } from '../../src/index.js';
import { afterTest, watchResources } from '../support/harness.js';

watchResources();

/** To Node's reader of HTTP these are the end of the process. */
const KINDS: readonly [string, () => Duplex][] = [
  ['objects', () => new Duplex({ objectMode: true, read: () => undefined, write: () => undefined })],
  [
    'objects, and takes bytes',
    () => new Duplex({ readableObjectMode: true, read: () => undefined, write: () => undefined }),
  ],
  ['text', () => duplexPair()[0].setEncoding('latin1')],
];

describe.each(KINDS)('a stream that gives %s', (_name, make) => {
  const made = (): Duplex => {
    const stream = make();
    afterTest(() => stream.destroy());
    return stream;
  };

  it('is no socket of a client', () => {
    expect(() => connect('ws://h', { socket: made() })).toThrow(/option socket .* a Duplex of bytes/);
  });

  it('is not what dial may give, and is destroyed', async () => {
    const stream = made();
    const opening = openConnection('ws://h', { dial: () => [stream], logger: {} });
    await expect(opening).rejects.toMatchObject({ phase: 'tcp', cause: { name: 'TypeError' } });
    await expect(opening).rejects.toThrow(/dial gave a stream of objects or text/);
    expect(stream.destroyed).toBe(true);
  });

  it('is not upgraded, in either role', () => {
    expect(() => upgrade(made(), { role: 'client', url: 'ws://h' })).toThrow(/expected a Duplex of bytes/);
    expect(() => upgrade(made(), { role: 'server' })).toThrow(/expected a Duplex of bytes/);
  });
});
