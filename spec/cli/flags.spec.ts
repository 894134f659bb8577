import { parseFlags, seconds, wholeNumber } from '../../src/cli/flags.js';
import { nearest } from '../../src/cli/nearest.js';
import { UsageError } from '../../src/cli/usage-error.js';

const TABLE = {
  port: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  'max-message': { type: 'string', short: 'M' },
} as const;

describe('parseFlags', () => {
  it('gives values and the rest', () => {
    const { values, positionals } = parseFlags(['a', '--port=1', '-q', '-M', '5', 'b'], TABLE);
    expect({ ...values }).toEqual({ port: '1', quiet: true, 'max-message': '5' });
    expect(positionals).toEqual(['a', 'b']);
  });

  it.each([
    [['--prot', '1'], 'unknown flag --prot, did you mean --port?'],
    [['--max-mesage=1'], 'unknown flag --max-mesage, did you mean --max-message?'],
    [['-Q'], 'unknown flag -Q, did you mean -q?'],
    [['--port'], 'flag --port needs a value'],
    [['--port', '--quiet'], 'flag --port needs a value'],
    [['--quiet=1'], 'flag -q, --quiet takes no value'],
    [['--max-message'], 'flag -M, --max-message needs a value'],
    [['--__proto__'], 'unknown flag --__proto__, did you mean --port?'],
  ])('refuses %j', (args, text) => {
    expect(() => parseFlags(args, TABLE)).toThrow(new UsageError(text));
  });

  it('knows no flag where there is none', () => {
    expect(() => parseFlags(['--x'], {})).toThrow(new UsageError('unknown flag --x'));
  });
});

describe('nearest', () => {
  it('is the one with the fewest changes, the first of equals', () => {
    expect(nearest('--orign', ['--host', '--origin', '--origins'])).toBe('--origin');
    expect(nearest('x', ['a', 'b'])).toBe('a');
    expect(nearest('x', [])).toBeUndefined();
  });
});

describe('wholeNumber', () => {
  it('takes what is in its range', () => {
    expect(wholeNumber('--port', '0', 0, 65535)).toBe(0);
    expect(wholeNumber('--port', '65535', 0, 65535)).toBe(65535);
  });

  it.each(['', '-1', '65536', '1.5', '1e3', 'http', '0x50'])('refuses "%s"', (text) => {
    expect(() => wholeNumber('--port', text, 0, 65535)).toThrow(
      new UsageError(`--port is "${text}", expected an integer from 0 to 65535`),
    );
  });
});

describe('seconds', () => {
  it.each([
    ['0', 0],
    ['1.5', 1.5],
    ['.25', 0.25],
    ['-1', Infinity],
  ])('takes %s', (text, value) => {
    expect(seconds('--wait', text)).toBe(value);
  });

  it.each(['', '-2', 'ever', '1e3', '9999999999'])('refuses "%s"', (text) => {
    expect(() => seconds('--wait', text)).toThrow(UsageError);
  });
});
