import { createInflateRaw } from 'node:zlib';
import { ZlibStream } from '../../../src/protocol/permessage-deflate/zlib-stream.js';

const HELLO = Buffer.from('f248cdc9c90700', 'hex');
const GARBAGE = Buffer.from('07', 'hex');

/** Writes and waits for the end; gives what was called, in order. */
function written(stream: ZlibStream, bytes: Uint8Array): Promise<string[]> {
  return new Promise((resolve) => {
    const log: string[] = [];
    stream.write(bytes, {
      out: (out) => log.push(out.toString()),
      done: (error) => {
        log.push(error === undefined ? 'done' : error.message);
        resolve(log);
      },
    });
  });
}

describe('ZlibStream', () => {
  it('says done when everything has come out, and how much was read', async () => {
    const stream = new ZlibStream(createInflateRaw());
    expect(await written(stream, HELLO)).toEqual(['Hello', 'done']);
    expect(stream.bytesRead).toBe(7);
    // A final block, and two octets behind it.
    expect(await written(stream, Buffer.from('0000ffff03000102', 'hex'))).toEqual(['done']);
    expect(stream.bytesRead).toBe(13);
    stream.close();
  });

  it('brings an error of zlib to the write that it is of, once', async () => {
    const stream = new ZlibStream(createInflateRaw());
    expect(await written(stream, GARBAGE)).toEqual(['invalid block type']);
    stream.close();
  });

  it.each([
    ['at work', HELLO],
    ['at work on what is an error', GARBAGE],
  ])('is silent once it is closed %s', async (_name, bytes) => {
    const source = createInflateRaw();
    const closed = new Promise((resolve) => source.once('close', resolve));
    const stream = new ZlibStream(source);
    const log: string[] = [];
    stream.write(bytes, { out: () => log.push('out'), done: () => log.push('done') });
    stream.close();
    await closed;
    // libuv's threads are done with what they had when they are done with what came later.
    await written(new ZlibStream(createInflateRaw()), HELLO);
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([]);
  });

  it('is silent once it is closed by what comes out', async () => {
    const source = createInflateRaw();
    const closed = new Promise((resolve) => source.once('close', resolve));
    const stream = new ZlibStream(source);
    const log: string[] = [];
    stream.write(HELLO, {
      out: () => {
        log.push('out');
        stream.close();
      },
      done: () => log.push('done'),
    });
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['out']);
  });
});
