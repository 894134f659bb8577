import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NEVER, of, Subject, tap, throwError } from 'rxjs';
import { closeOnSignals, listen, type Server } from '../../src/index.js';
import { collect } from '../support/collect.js';
import { afterTest, ended, startClient, startServer, watchResources } from '../support/harness.js';
import { openRaw } from '../support/raw-peer.js';
import { transpiled } from '../support/transpiled.js';
import { until } from '../support/turns.js';
import { CLOSE, closeOf } from '../support/wire-frames.js';

watchResources();

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = (): number[] => NAMES.map((name) => process.listenerCount(name));

describe('closeOnSignals', () => {
  it('closes as it was told at the first signal, and completes when all is gone', async () => {
    const server = await startServer();
    const signals = new Subject<'stop'>();
    const { values, ...record } = collect(
      closeOnSignals(server, { signals, code: 1012, reason: 'moving', graceMs: 5000 }),
    );
    const client = await startClient(server.url);
    signals.next('stop');
    expect(values).toEqual([{ signal: 'stop', forced: false }]);
    expect(await ended(client)).toMatchObject({ code: 1012, reason: 'moving', wasClean: true });
    await server.close();
    expect([record.error, signals.observed]).toEqual([undefined, false]);
  });

  it('ends at once at the second, but for one that comes too soon to be another', async () => {
    const server = await startServer({ closeTimeoutMs: 60_000 });
    const peer = await openRaw(server.url);
    const [now, later] = [new Subject<'a' | 'b'>(), new Subject<'a' | 'b'>()];
    const tolerant = collect(closeOnSignals(server, { signals: now, sameSignalMs: 3_600_000 }));
    now.next('a');
    now.next('b');
    await until(() => peer.frames.length === 1);
    expect(closeOf(peer.frames[0]!)[0]).toBe(1001);
    expect([tolerant.values.length, server.connections.size]).toEqual([1, 1]);
    const strict = collect(closeOnSignals(server, { signals: later, sameSignalMs: 0 }));
    later.next('a');
    later.next('b');
    later.next('b');
    await until(() => strict.done && tolerant.done);
    expect(strict.values).toEqual([
      { signal: 'a', forced: false },
      { signal: 'b', forced: true },
    ]);
    await peer.whenEnded();
  });

  it('listens to the process while it is subscribed, by default for SIGINT and SIGTERM', async () => {
    const server = await startServer();
    const before = listeners();
    const byDefault = closeOnSignals(server);
    expect(listeners()).toEqual(before);
    const one = collect(byDefault);
    expect(listeners()).toEqual(before.map((count, i) => count + (i < 2 ? 1 : 0)));
    one.stop();
    const other = collect(closeOnSignals(server, { signals: ['SIGHUP'] }));
    expect(listeners()).toEqual(before.map((count, i) => count + (i < 2 ? 0 : 1)));
    // Whoever closes it, and however.
    await server.close();
    expect([listeners(), other.done, other.values]).toEqual([before, true, []]);
    const late = collect(byDefault);
    expect([listeners(), late.done]).toEqual([before, true]);
  });

  it('closes what an Observable emits, also when that comes behind the signal', async () => {
    const signals = new Subject<'stop'>();
    const emitted = new Subject<Server>();
    const record = collect(closeOnSignals(emitted, { signals }));
    emitted.next(await startServer());
    signals.next('stop');
    const late = await startServer();
    emitted.next(late);
    await expect(late.close()).resolves.toBeUndefined();
    expect(record.done).toBe(false);
    emitted.complete();
    await until(() => record.done);
    expect(signals.observed).toBe(false);
  });

  it('unsubscribes from it when it is unsubscribed, which closes what it has bound', async () => {
    const signals = new Subject<'stop'>();
    let bound: Server | undefined = undefined as Server | undefined;
    const listening = listen({ host: '127.0.0.1', logger: {} }).pipe(tap((server) => (bound = server)));
    const record = collect(closeOnSignals(listening, { signals }));
    await until(() => bound !== undefined);
    const client = await startClient(bound!.url);
    record.stop();
    expect(await ended(client)).toMatchObject({ code: 1001 });
    expect(signals.observed).toBe(false);
  });

  it('errors when the Observable does, and listens no more', () => {
    const signals = new Subject<'stop'>();
    const record = collect(
      closeOnSignals(
        throwError(() => 'taken'),
        { signals },
      ),
    );
    expect([record.error, signals.observed]).toEqual(['taken', false]);
    const quiet = collect(closeOnSignals(NEVER, { signals }));
    expect(quiet.done).toBe(false);
  });

  it('refuses wrong options when it is called', () => {
    const wrong: [object, RegExp][] = [
      [{ grace: 1 }, /did you mean graceMs/],
      [{ graceMs: -1 }, /graceMs is -1/],
      [{ code: 1005 }, /1005/],
      [{ reason: 'x'.repeat(124) }, /reason/],
      [{ sameSignalMs: -1 }, /sameSignalMs/],
      [{ signals: [] }, /signals/],
      [{ signals: 'SIGINT' }, /signals/],
      [{ signals: [1] }, /signals/],
      [{ signals: ['SIGFOO'] }, /signals has 'SIGFOO'/],
      [{ signals: ['SIGTERM', 'SIGKILL'] }, /signals has 'SIGKILL'/],
    ];
    for (const [options, text] of wrong) expect(() => closeOnSignals(of(), options)).toThrow(text);
  });

  it.each([undefined, null, {}, { close: () => undefined }, 'ws://127.0.0.1'])(
    'refuses %p as a server',
    (source) => {
      expect(() => closeOnSignals(source as never)).toThrow(/takes a server, or an Observable/);
    },
  );
});

describe('a process with closeOnSignals', () => {
  const built = transpiled();
  afterAll(() => {
    built.remove();
  });

  /** It, and what it has said so far. */
  async function started() {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'signals-child.cjs'), built.index]);
    afterTest(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const exit = new Promise((resolve) =>
      child.on('close', (code, signal) => {
        resolve(code ?? signal);
      }),
    );
    const lines = (): string[] => said.split('\n').slice(0, -1);
    await until(() => lines().length > 0, 'the child listens');
    return { child, exit, lines, url: lines()[0]! };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('ends by itself, with 0, after %s', async (signal) => {
    const { child, exit, lines, url } = await started();
    const client = await startClient(url);
    child.kill(signal);
    expect(await ended(client)).toMatchObject({ code: 1001, wasClean: true });
    expect(await exit).toBe(0);
    expect(lines().slice(1)).toEqual([`${signal} closing, listeners 1,1`, 'closed, listeners 0,0']);
  });

  it('is not kept by a peer that never answers, when it is told twice', async () => {
    const { child, exit, lines, url } = await started();
    const peer = await openRaw(url);
    child.kill('SIGTERM');
    await until(() => peer.frames.some(({ opcode }) => opcode === CLOSE));
    expect(peer.ended).toBe(false);
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(lines().slice(1)).toEqual([
      'SIGTERM closing, listeners 1,1',
      'SIGINT forced, listeners 1,1',
      'closed, listeners 0,0',
    ]);
  });
});
