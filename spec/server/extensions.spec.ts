import { ExtensionError, openConnection, type Extension } from '../../src/index.js';
import { startServer, watchResources } from '../support/harness.js';
import { dialRaw, requestHead } from '../support/raw-peer.js';
import { toy } from '../support/toy-extensions.js';
import { until } from '../support/turns.js';

watchResources();

/** An extension that is agreed on and then cannot make what it needs. */
function unmakeable(): Extension {
  const made = toy();
  const agreement = {
    parameters: [],
    inbound: () => {
      throw new RangeError('no memory');
    },
  };
  return { ...made, accept: () => agreement, confirm: () => agreement };
}

describe('an extension whose transforms cannot be made', () => {
  it('is answered with 500 before anything is open', async () => {
    const errors: unknown[] = [];
    const server = await startServer({
      extensions: [unmakeable()],
      logger: { error: (text, { error }) => void errors.push([text, error]) },
    });
    const peer = await dialRaw(server.url);
    peer.write(requestHead(['Sec-WebSocket-Extensions: toy']));
    await until(() => peer.ended);
    expect(peer.head).toMatch(/^HTTP\/1\.1 500 /);
    expect(server.connections.size).toBe(0);
    expect(errors).toMatchObject([
      ['an extension failed at an opening handshake', { cause: { message: 'no memory' } }],
    ]);
  });

  it('fails the dial of a client', async () => {
    const server = await startServer({ extensions: [toy()] });
    const dialing = openConnection(server.url, { extensions: [unmakeable()] });
    await expect(dialing).rejects.toBeInstanceOf(ExtensionError);
    await until(() => server.connections.size === 0);
  });
});
