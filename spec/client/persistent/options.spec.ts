import { EMPTY } from 'rxjs';
import { persistent, type PersistentOptions } from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';

watchResources();

describe('options of persistent', () => {
  it.each([
    [{ whileoffline: 'none' }, 'unknown option whileoffline, did you mean whileOffline?'],
    [
      { whileOffline: 'all' },
      "option whileOffline is 'all', expected 'none', 'latest' or { maxBytes, maxMessages }",
    ],
    [{ whileOffline: { max: 1 } }, 'unknown option whileOffline.max'],
    [{ whileOffline: { maxBytes: -1 } }, 'option whileOffline.maxBytes is -1'],
    [{ lingerMs: -1 }, 'option lingerMs is -1'],
    [{ lingerMs: Infinity }, 'option lingerMs is Infinity'],
    [{ delays: { cap: 1 } }, 'unknown option delays.cap, did you mean delays.capMs?'],
    [{ maxMessageBytes: -1 }, 'option maxMessageBytes is -1'],
  ])('%j is refused', (options, text) => {
    expect(() => persistent('ws://127.0.0.1:1', options as PersistentOptions)).toThrow(text);
  });

  it('are those of connect only where there is a URL', () => {
    expect(() => persistent(EMPTY, { headers: {} })).toThrow(
      'option headers is for connect, and not for an Observable of connections',
    );
    expect(() => persistent(EMPTY, { lingerMs: 1, unref: true, logger: {} })).not.toThrow();
    expect(() => persistent('http:nowhere#x')).toThrow(TypeError);
  });
});
