import { reconnect } from '../../../src/index.js';
import { watchResources } from '../../support/harness.js';

watchResources();

describe('options of reconnect', () => {
  it.each([
    [{ delay: 5 }, 'unknown option delay, did you mean delays?'],
    [{ delays: 5 }, 'option delays is 5, expected of type object or function'],
    [{ delays: { base: 5 } }, 'unknown option delays.base, did you mean delays.baseMs?'],
    [{ delays: { factor: 0.5 } }, 'option delays.factor is 0.5, expected a number of at least 1'],
    [{ delays: { capMs: Infinity } }, 'option delays.capMs is Infinity'],
    [{ maxAttempts: 0 }, 'option maxAttempts is 0, expected an integer of at least 1, or Infinity'],
    [{ resetAfterMs: -1 }, 'option resetAfterMs is -1'],
    [{ maxRetryAfterMs: Infinity }, 'option maxRetryAfterMs is Infinity'],
    [{ classify: 'retry' }, "option classify is 'retry', expected of type function"],
    [{ online: true }, 'option online is true, expected an Observable'],
    [{ status: () => 1 }, 'option status is a value of type function, expected of type object'],
    [{ signal: 'abort' }, "option signal is 'abort', expected of type object"],
    [{ unref: 1 }, 'option unref is 1'],
  ])('%j is refused', (options, text) => {
    expect(() => reconnect(options as object)).toThrow(text);
  });

  it('takes what is undefined for not given', () => {
    expect(() => reconnect({ ...({ delays: undefined, maxAttempts: undefined } as object) })).not.toThrow();
  });
});
