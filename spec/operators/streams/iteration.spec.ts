import { watchResources } from '../../support/harness.js';
import { Writing } from './writing.js';

watchResources();

type Iterator = AsyncIterator<Uint8Array, undefined>;

function iterate(writing: Writing): Iterator {
  return writing.stream[Symbol.asyncIterator]();
}

async function next(iterator: Iterator): Promise<string> {
  const result = await iterator.next();
  return result.done === true ? '|' : Buffer.from(result.value).toString();
}

describe('iterating a stream', () => {
  it('gives the chunks that have come, then those that come, then ends', async () => {
    const writing = new Writing().frame(['a', 'b']).begin().push('c');
    const seen: string[] = [];
    const loop = (async () => {
      for await (const chunk of writing.stream) seen.push(Buffer.from(chunk).toString());
    })();
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(seen).toEqual(['a', 'b', 'c']);
    writing.endFrame().frame([]).frame(['d'], true).end();
    await loop;
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(writing.store.things).toBe(0);
  });

  it('holds what was not asked for, and counts it once', async () => {
    const writing = new Writing().frame(['a', 'b']).begin().push('c');
    const chunks = writing.store.bytes - 2 * 64;
    const iterator = iterate(writing);
    expect(writing.store).toMatchObject({ bytes: chunks, things: 3, most: chunks + 2 * 64 });
    expect(await next(iterator)).toBe('a');
    expect(writing.store.things).toBe(2);
    writing.push('d').endFrame().frame([], true).end();
    expect(writing.store.things).toBe(3);
    for (const wanted of ['b', 'c', 'd', '|', '|']) expect(await next(iterator)).toBe(wanted);
    expect(writing.store.things).toBe(0);
  });

  it('answers several calls in order', async () => {
    const writing = new Writing();
    const iterator = iterate(writing);
    const asked = [next(iterator), next(iterator), next(iterator)];
    writing.frame(['a', 'b'], true).end();
    expect(await Promise.all(asked)).toEqual(['a', 'b', '|']);
    expect(writing.store).toMatchObject({ things: 0, most: 0 });
  });

  it('throws behind what was held, once', async () => {
    const writing = new Writing();
    const iterator = iterate(writing);
    writing.frame(['a']).begin().push('b').fail(new Error('gone'));
    expect([await next(iterator), await next(iterator)]).toEqual(['a', 'b']);
    await expect(iterator.next()).rejects.toThrow('gone');
    expect(await next(iterator)).toBe('|');
    expect(writing.store.things).toBe(0);
  });

  it('rejects the call that waits when the message fails', async () => {
    const writing = new Writing().begin();
    const iterator = iterate(writing);
    const asked = [iterator.next(), next(iterator)];
    writing.fail(new Error('gone'));
    await expect(asked[0]).rejects.toThrow('gone');
    expect(await asked[1]).toBe('|');
  });

  it('drops the rest of the message when the loop is left', async () => {
    const writing = new Writing().frame(['a', 'b']).begin().push('c');
    for await (const chunk of writing.stream) {
      expect(Buffer.from(chunk).toString()).toBe('a');
      break;
    }
    expect(writing.store.things).toBe(0);
    writing.push('d').endFrame().frame(['e'], true).end();
    expect(writing.store.things).toBe(0);
  });

  it('ends the calls that wait when it is told to return', async () => {
    const writing = new Writing().begin();
    const iterator = iterate(writing);
    const asked = next(iterator);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await asked).toBe('|');
    writing.push('a').fail(new Error('gone'));
    expect(await next(iterator)).toBe('|');
    expect(writing.store.things).toBe(0);
  });

  it('ends when the stream is discarded, and what it held is dropped', async () => {
    const writing = new Writing().frame(['a', 'b']);
    const iterator = iterate(writing);
    expect(await next(iterator)).toBe('a');
    writing.stream.discard();
    expect(writing.store.things).toBe(0);
    expect(await next(iterator)).toBe('|');
  });

  it('leaves another reader alone when it is returned without having one', async () => {
    const writing = new Writing();
    const reader = iterate(writing);
    await iterate(writing).return?.();
    writing.frame(['a'], true).end();
    expect(await next(reader)).toBe('a');
  });

  it('is pulled on by the room that each chunk leaves', async () => {
    const writing = new Writing().begin(true, 1000).push('0');
    let written = 0;
    writing.store.onRoom = () => {
      if (++written < 1000) writing.push(String(written));
      else if (written === 1000) writing.endFrame().end();
    };
    let seen = 0;
    for await (const chunk of writing.stream) {
      expect(Buffer.from(chunk).toString()).toBe(String(seen++));
      expect(writing.store.things).toBeLessThanOrEqual(2);
    }
    expect(seen).toBe(1000);
    expect(writing.store.things).toBe(0);
  });
});
