import { type Checks, checkOptions, nearest, ofType } from '../../src/protocol/option-checks.js';
import {
  type ConnectionOptions,
  resolveConnectionOptions as resolveFor,
  type ResolvedConnectionOptions,
} from '../../src/connection/options.js';
import { connect } from '../../src/index.js';

function resolveConnectionOptions(options: ConnectionOptions): ResolvedConnectionOptions {
  return resolveFor(options, 'server');
}

/** Every option that has a range: what it takes at its edges, and what is just outside. */
const RANGES: Readonly<Record<string, { good: readonly unknown[]; bad: readonly unknown[] }>> = {
  maxMessageBytes: { good: [0, 1, Infinity], bad: [-1, 0.5, NaN] },
  maxFrameBytes: { good: [0, Infinity], bad: [-1] },
  maxFragments: { good: [1, Infinity], bad: [0, 1.5] },
  closeTimeoutMs: { good: [0.5, 1, Infinity], bad: [0, -1, NaN] },
  dropTimeoutMs: { good: [1, Infinity], bad: [0, NaN] },
  drainTimeoutMs: { good: [1, Infinity], bad: [0, NaN] },
  idleTimeoutMs: { good: [0.5, Infinity], bad: [0, NaN] },
  messageTimeoutMs: { good: [1, Infinity], bad: [-1, NaN] },
  handshakeTimeoutMs: { good: [1, Infinity], bad: [0, -Infinity] },
  receiveHighWaterBytes: { good: [1, Infinity], bad: [0] },
  receiveLowWaterBytes: { good: [0], bad: [-1] },
  receiveHighWaterMessages: { good: [1, Infinity], bad: [0] },
  sendHighWaterBytes: { good: [1, Infinity], bad: [0] },
  maxBufferedBytes: { good: [1, Infinity], bad: [0] },
  fragmentBytes: { good: [1, Infinity], bad: [0, 2.5] },
  overflow: { good: ['close', 'error'], bad: ['closes', ''] },
  closeReply: { good: ['echo', 'normal'], bad: ['none'] },
  onViolation: { good: ['close', 'drop'], bad: ['destroy'] },
  textAs: { good: ['string', 'bytes'], bad: ['buffer'] },
};

const TYPES: Readonly<Record<string, readonly unknown[]>> = {
  maxMessageBytes: ['1', null, true],
  validateUtf8: [1, 'yes', null],
  autoPong: ['yes', null, {}],
  keepAlive: [20_000, 'on', null],
  maskFrames: [0],
  applyMask: ['x'],
  logger: [console.log, 'x', null],
  scheduler: ['async', null],
  overflow: [1, null],
};

const open = (options: object): unknown => connect('ws://127.0.0.1', options);

describe('the options of a connection', () => {
  for (const [name, { good, bad }] of Object.entries(RANGES)) {
    it(`${name} takes ${good.map(String).join(', ')}, and a RangeError names it, its value and its range`, () => {
      for (const value of good) expect(() => open({ [name]: value })).not.toThrow();
      for (const value of bad) {
        expect(() => open({ [name]: value })).toThrow(RangeError);
        const shown = typeof value === 'string' ? `'${value}'` : String(value);
        expect(() => open({ [name]: value })).toThrow(`${name} is ${shown}, expected`);
      }
    });
  }

  for (const [name, wrong] of Object.entries(TYPES)) {
    it(`${name} of another type is a TypeError that names it`, () => {
      for (const value of wrong) {
        expect(() => open({ [name]: value })).toThrow(TypeError);
        expect(() => open({ [name]: value })).toThrow(name);
      }
    });
  }

  it('undefined is not given', () => {
    const names = [...Object.keys(RANGES), ...Object.keys(TYPES)];
    const options = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(() => open(options)).not.toThrow();
    const { handshakeTimeoutMs: _, ...rest } = options;
    expect(resolveConnectionOptions(rest as ConnectionOptions)).toEqual(resolveConnectionOptions({}));
  });

  it('have the defaults that are documented', () => {
    expect(resolveConnectionOptions({})).toMatchObject({
      maxMessageBytes: 1024 * 1024,
      maxFrameBytes: 1024 * 1024,
      maxFragments: 131_072,
      closeTimeoutMs: 10_000,
      dropTimeoutMs: 1000,
      drainTimeoutMs: 10_000,
      keepAlive: { intervalMs: 20_000, timeoutMs: 20_000, payloadBytes: 12, anyTraffic: true },
      receiveHighWaterBytes: 256 * 1024,
      receiveLowWaterBytes: 64 * 1024,
      receiveHighWaterMessages: 1024,
      sendHighWaterBytes: 64 * 1024,
      maxBufferedBytes: 16 * 1024 * 1024,
      overflow: 'close',
      fragmentBytes: Infinity,
      validateUtf8: true,
      textAs: 'string',
      autoPong: true,
      closeReply: 'echo',
    });
  });

  it('the limit of a frame follows that of a message unless it is set', () => {
    expect(resolveConnectionOptions({ maxMessageBytes: 5 }).maxFrameBytes).toBe(5);
    expect(resolveConnectionOptions({ maxMessageBytes: 5, maxFrameBytes: 3 }).maxFrameBytes).toBe(3);
  });

  it('keepAlive is checked in its parts, and completed', () => {
    for (const [name, bad] of [
      ['intervalMs', 0],
      ['timeoutMs', -1],
      ['payloadBytes', 3],
      ['payloadBytes', 126],
    ] as const) {
      expect(() => open({ keepAlive: { [name]: bad } })).toThrow(RangeError);
      expect(() => open({ keepAlive: { [name]: bad } })).toThrow(`keepAlive.${name} is ${bad}`);
    }
    expect(() => open({ keepAlive: { anyTraffic: 1 } })).toThrow(TypeError);
    expect(resolveConnectionOptions({ keepAlive: { intervalMs: 5 } }).keepAlive).toMatchObject({
      intervalMs: 5,
      timeoutMs: 20_000,
    });
    expect(resolveConnectionOptions({ keepAlive: true }).keepAlive).toEqual(
      resolveConnectionOptions({}).keepAlive,
    );
    expect(resolveConnectionOptions({ keepAlive: false }).keepAlive).toBe(false);
  });

  it('an unknown one is a TypeError that names the nearest', () => {
    for (const [wrong, right] of [
      ['maxMessageSize', 'maxMessageBytes'],
      ['closetimeoutms', 'closeTimeoutMs'],
      ['autopong', 'autoPong'],
      ['header', 'headers'],
      ['toString', undefined],
      ['__proto__x', undefined],
    ] as const) {
      expect(() => open({ [wrong]: 1 })).toThrow(TypeError);
      expect(() => open({ [wrong]: 1 })).toThrow(`unknown option ${wrong}, did you mean ${right ?? ''}`);
    }
  });
});

describe('checkOptions', () => {
  const checks: Checks = { one: ofType('string'), other: ofType('number', 'boolean') };

  it('shows short strings and numbers, and of all else only the type', () => {
    expect(() => checkOptions({ one: 5 }, checks)).toThrow('option one is 5, expected of type string');
    expect(() => checkOptions({ other: 'x'.repeat(41) }, checks)).toThrow(
      'option other is a value of type string',
    );
    expect(() => checkOptions({ other: {} }, checks, 'part.')).toThrow(
      'option part.other is a value of type object',
    );
    expect(() => checkOptions({ one: null }, checks)).toThrow('option one is null');
  });

  it('finds the name that takes the fewest changes', () => {
    expect(nearest('maskFrame', ['maskingKey', 'maskFrames', 'frames'])).toBe('maskFrames');
    expect(nearest('x', [])).toBe('');
  });
});
