import { startServer, watchResources } from '../support/harness.js';
import { readVectors, unmasked, type Vector } from '../vectors/build.js';
import { childProcesses } from './child.js';

watchResources();

const run = childProcesses();

interface Outcome {
  readonly id: string;
  readonly code: number;
  readonly sent?: number;
}

const plain = readVectors().filter(({ permessageDeflate }) => !permessageDeflate);
const mirrored = plain
  .filter(({ id, role }) => role === 'server' && !id.startsWith('MSK-'))
  .map((vector): Vector => ({ ...vector, role: 'client', bytes: unmasked(vector.bytes) }));

describe('a process that only subscribes with next and listens for no exception', () => {
  for (const [name, vectors] of [
    ['the frames of the vectors, against a server and a client', plain],
    ['the same frames, unmasked, against a client', mirrored],
  ] as const) {
    it(`survives ${name}, with the close code that each asks for`, async () => {
      const input = vectors.map(({ bytes, ...vector }) => ({
        ...vector,
        hex: Buffer.from(bytes).toString('hex'),
      }));
      const { code, stdout, stderr } = await run('vectors-child.cjs', [], { input: JSON.stringify(input) });
      expect([code, stderr]).toEqual([0, '']);
      const outcomes = JSON.parse(stdout) as Outcome[];
      expect(outcomes).toHaveLength(vectors.length);
      const wrong = outcomes.filter((outcome, i) => {
        const { expect: wanted } = vectors[i]!;
        const failure = /^1\d{3}(?= |$)/.exec(wanted)?.[0];
        const conclude = /^conclude:(\d+)/.exec(wanted)?.[1];
        if (failure !== undefined) return outcome.sent !== Number(failure);
        if (conclude !== undefined) return outcome.code !== Number(conclude);
        return outcome.code !== 1006;
      });
      expect(wrong).toEqual([]);
    }, 60_000);
  }
});

describe('a process', () => {
  it('ends by itself after the last close, and nothing is left', async () => {
    expect(await run('exit-child.cjs', ['echo'])).toEqual({ code: 0, stdout: 'hello', stderr: '' });
  });

  it('ends by itself after unsubscribing from serve', async () => {
    expect(await run('exit-child.cjs', ['unsubscribe'])).toEqual({ code: 0, stdout: 'bound', stderr: '' });
  });

  it('is not held by an open client with the option unref', async () => {
    const server = await startServer();
    expect(await run('exit-child.cjs', ['unref', server.url])).toEqual({
      code: 0,
      stdout: 'open',
      stderr: '',
    });
  });

  it('is not held by a server with the option unref, nor by its connections', async () => {
    const outcome = await run('exit-child.cjs', ['unref-server']);
    expect(outcome).toEqual({ code: 0, stdout: 'open 1', stderr: '' });
  });

  it('is not held by a connection over HTTP/2 of an endpoint with unref, on a server that holds nothing', async () => {
    expect(await run('exit-child.cjs', ['unref-http2'])).toEqual({ code: 0, stdout: 'open', stderr: '' });
  });
});
