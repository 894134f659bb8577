import { watchResources } from '../support/harness.js';
import { childProcesses } from './child.js';

watchResources();

describe('the process of a client over HTTP/2', () => {
  const run = childProcesses();

  it.each([
    ['an answer with more header fields than it takes', 'many', 'HandshakeError'],
    ['an answer with a malformed field behind fifty', 'malformed', 'HandshakeError'],
    ['an answer that breaks off for DATA', 'incomplete', 'HandshakeError'],
    ['an interim answer with more than it takes', 'interim', 'HandshakeError'],
    ['a refusal with more than it takes as trailers', 'refusal', 'HandshakeError'],
    ['a WebSocket that ends with more than it takes', 'trailers', 'closed'],
  ])(
    'outlives %s, and the collection of what is left',
    async (_, what, outcome) => {
      const ended = await run('http2-child.cjs', [what], { nodeArgs: ['--expose-gc'] });
      expect(ended).toEqual({ code: 0, stdout: outcome, stderr: '' });
    },
    60_000,
  );
});
