import { jest } from '@jest/globals';
import { firstValueFrom, of, Subject } from 'rxjs';
import { decodeFrames, logFrames } from '../../../src/operators/index.js';
import { type Frame, makeFrame, Opcode } from '../../../src/protocol/index.js';
import { ended, startPair, watchResources } from '../../support/harness.js';
import { hex } from '../../support/hex.js';
import { firehose, keepsTheContract } from '../../support/operator-contract.js';

watchResources();

const frames = {
  a: makeFrame(Opcode.text, 'hello'),
  b: makeFrame(Opcode.ping),
  c: makeFrame(Opcode.close, hex('03e8')),
};

describe('logFrames', () => {
  const silent = { write: () => undefined };
  keepsTheContract({ operator: () => logFrames(silent), inputs: frames, outputs: frames });

  it('passes on the very frames, each after its line', () => {
    const seen: unknown[] = [];
    const write = (line: string): unknown => seen.push(line);
    of(frames.a, frames.c)
      .pipe(logFrames({ write, direction: 'sent', prefix: 'c1' }))
      .subscribe((frame) => seen.push(frame));
    expect(seen).toEqual([
      "c1 > TEXT 'hello' [5 bytes]",
      frames.a,
      'c1 > CLOSE 1000 (OK) [2 bytes]',
      frames.c,
    ]);
    expect(seen[1]).toBe(frames.a);
  });

  it('shows as much of a payload as it is told to', () => {
    const lines: string[] = [];
    of(frames.a)
      .pipe(logFrames({ write: (line) => lines.push(line), maxChars: 0 }))
      .subscribe();
    expect(lines).toEqual(["TEXT ''… [5 bytes]"]);
  });

  it('loses no frame and no later line when the sink throws', () => {
    const lines: string[] = [];
    const seen: Frame[] = [];
    let calls = 0;
    const write = (line: string): void => {
      if (++calls === 1) throw new Error('the disk is full');
      lines.push(line);
    };
    of(frames.a, frames.b)
      .pipe(logFrames({ write }))
      .subscribe((frame) => seen.push(frame));
    expect(seen).toEqual([frames.a, frames.b]);
    expect(lines).toEqual(['PING [0 bytes]']);
  });

  it('writes nothing for what nobody wants any more', () => {
    const lines: string[] = [];
    const { source } = firehose(frames.b, 1000);
    void firstValueFrom(source.pipe(logFrames({ write: (line) => lines.push(line) })));
    expect(lines).toEqual(['PING [0 bytes]']);
  });

  it('writes to the console unless told otherwise', () => {
    const debug = jest.spyOn(console, 'debug').mockImplementation(() => undefined);
    of(frames.b).pipe(logFrames()).subscribe();
    expect(debug.mock.calls).toEqual([['PING [0 bytes]']]);
    debug.mockRestore();
  });

  it('gives the sink one argument, so that any function of a logger will do', () => {
    const write = jest.fn<(...args: unknown[]) => void>();
    of(frames.b).pipe(logFrames({ write })).subscribe();
    expect(write.mock.calls).toEqual([['PING [0 bytes]']]);
  });

  it('reads a capture', () => {
    const lines: string[] = [];
    of(hex('8105'), hex('68656c6c6f8900'))
      .pipe(
        decodeFrames({ role: 'client' }),
        logFrames({ direction: 'received', write: (line) => lines.push(line) }),
      )
      .subscribe();
    expect(lines).toEqual(["< TEXT 'hello' [5 bytes]", '< PING [0 bytes]']);
  });

  it('shows both directions of a connection, from first to last', async () => {
    const { client, accepted } = await startPair();
    accepted.messages$.subscribe(accepted.outbox);
    const lines: string[] = [];
    const write = (line: string): unknown => lines.push(line);
    client.frames$.pipe(logFrames({ direction: 'received', write })).subscribe();
    client.sentFrames$.pipe(logFrames({ direction: 'sent', write })).subscribe();
    client.send('hello');
    await firstValueFrom(client.messages$);
    client.close();
    await ended(client);
    expect(lines).toEqual([
      "> TEXT 'hello' [5 bytes]",
      "< TEXT 'hello' [5 bytes]",
      '> CLOSE 1000 (OK) [2 bytes]',
      '< CLOSE 1000 (OK) [2 bytes]',
    ]);
  });

  it('leaves a connection as it is when the sink throws', async () => {
    const { client, accepted } = await startPair();
    accepted.messages$.subscribe(accepted.outbox);
    const traced = new Subject<Frame>();
    const write = (): never => {
      throw new Error('the disk is full');
    };
    client.frames$.pipe(logFrames({ write })).subscribe(traced);
    const frame = firstValueFrom(traced);
    client.send('hello');
    expect(await firstValueFrom(client.messages$)).toEqual({ type: 'text', data: 'hello' });
    expect((await frame).length).toBe(5);
    expect(client.state).toBe('open');
  });

  it.each<[string, object, string]>([
    ['a sink that is no function', { write: 1 }, 'option write is 1, expected of type function'],
    ['a wrong length', { maxChars: 0.5 }, 'option maxChars is 0.5'],
    ['an unknown option', { prefx: '' }, 'unknown option prefx, did you mean prefix?'],
  ])('refuses %s at once', (_, options, words) => {
    expect(() => logFrames(options)).toThrow(words);
  });
});
