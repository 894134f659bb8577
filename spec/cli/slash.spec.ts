import { jest } from '@jest/globals';
import { EMPTY, NEVER, of } from 'rxjs';
import type { Connection } from 'rxwire';
import { parseSlash, runSlash } from '../../src/cli/slash.js';

describe('parseSlash', () => {
  it.each([
    ['hello', { name: 'send', text: 'hello' }],
    ['//etc', { name: 'send', text: '/etc' }],
    ['/ping', { name: 'ping', data: '' }],
    ['/ping a b', { name: 'ping', data: 'a b' }],
    ['/pong x', { name: 'pong', data: 'x' }],
    ['/close', { name: 'close', code: undefined, reason: '' }],
    ['/close 4000', { name: 'close', code: 4000, reason: '' }],
    ['/close 4000 so long', { name: 'close', code: 4000, reason: 'so long' }],
    ['/close soon', { name: 'unknown', text: '/close soon' }],
    ['/quit', { name: 'unknown', text: '/quit' }],
    ['/', { name: 'unknown', text: '/' }],
  ])('reads %s', (line, command) => {
    expect(parseSlash(line)).toEqual(command);
  });
});

describe('runSlash', () => {
  function run(line: string, connection: Partial<Connection>): string[] {
    const said: string[] = [];
    const command = parseSlash(line);
    if (command.name === 'send') throw new Error('is no command');
    runSlash(command, connection as Connection, (text) => said.push(text));
    return said;
  }

  it('tells how long a pong took', () => {
    expect(run('/ping', { ping: () => of(1.25) })).toEqual(['pong after 1.3 ms']);
  });

  it('tells that no pong came', () => {
    expect(run('/ping', { ping: () => EMPTY })).toEqual(['no pong before the connection ended']);
  });

  it('says what the library refuses', () => {
    const close = (): never => {
      throw new RangeError('close code is 1005');
    };
    expect(run('/close 1005', { close })).toEqual(['close code is 1005']);
  });

  it('passes pongs on', () => {
    const pong = jest.fn();
    expect(run('/pong a', { pong })).toEqual([]);
    expect(pong).toHaveBeenCalledWith('a');
  });

  it('closes, and does not wait for ever for the answer', () => {
    jest.useFakeTimers();
    const close = jest.fn<Connection['close']>();
    const terminate = jest.fn();
    expect(run('/close 4000 bye', { close, terminate, bytes$: NEVER, closed$: NEVER })).toEqual([]);
    expect(close).toHaveBeenCalledWith(4000, 'bye');
    expect(terminate).not.toHaveBeenCalled();
    jest.advanceTimersByTime(10_000);
    expect(terminate).toHaveBeenCalled();
    jest.useRealTimers();
  });

  it('names the commands there are', () => {
    expect(run('/foo', {})[0]).toBe(
      'no such command: /foo (there are /ping [data], /pong [data], /close [code] [reason])',
    );
  });
});
