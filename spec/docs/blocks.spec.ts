import { createRequire } from 'node:module';
import * as fastCheck from 'fast-check';
import * as rxjs from 'rxjs';
import { finalize, type Observable, Subject, takeUntil } from 'rxjs';
import * as rxjsTesting from 'rxjs/testing';
import * as rxwire from 'rxwire';
import type { ClientOptions, ClientUrl, PersistentOptions } from 'rxwire';
import * as operators from 'rxwire/operators';
import * as protocol from 'rxwire/protocol';
import * as testing from 'rxwire/testing';
import * as arbitraries from 'rxwire/testing/arbitraries';
import '../support/seed.js';
import { blocksOf, compileBlocks, docBlocks, type DocBlock, runnable } from '../support/doc-blocks.js';

const requireBuiltin = createRequire(import.meta.url);

/** How long a program of the documentation is left to itself. */
const RUN_MS = 150;

/** Programs may leave messages behind when they are ended. */
const QUIET: ClientOptions = { logger: {} };

const blocks = docBlocks();
const programs = blocks.filter((block) => !block.isFragment);

/** Runs a program against an echo server, with its ports replaced, and ends what it has opened. */
async function execute(block: DocBlock): Promise<string[]> {
  const said: string[] = [];
  const end$ = new Subject<void>();
  const opened: AsyncDisposable[] = [];
  let open = 0;
  const until = <T>(source$: Observable<T>): Observable<T> => {
    open++;
    return source$.pipe(
      takeUntil(end$),
      finalize(() => open--),
    );
  };
  const keep = async <T extends AsyncDisposable>(opening: Promise<T>): Promise<T> => {
    const resource = await opening;
    opened.push(resource);
    return resource;
  };
  const library = {
    ...rxwire,
    serve: (...args: Parameters<typeof rxwire.serve>) => until(rxwire.serve(...args)),
    listen: (...args: Parameters<typeof rxwire.listen>) => until(rxwire.listen(...args)),
    connect: (url: ClientUrl, options?: ClientOptions) =>
      until(rxwire.connect(url, { ...QUIET, ...options })),
    openServer: (...args: Parameters<typeof rxwire.openServer>) => keep(rxwire.openServer(...args)),
    openConnection: (url: ClientUrl, options?: ClientOptions) =>
      keep(rxwire.openConnection(url, { ...QUIET, ...options })),
    persistent: (url: ClientUrl, options?: PersistentOptions) => {
      const link = rxwire.persistent(url, { ...QUIET, ...options });
      opened.push(link);
      return link;
    },
  };
  const modules: Record<string, unknown> = {
    rxjs,
    rxwire: library,
    'rxwire/operators': operators,
    'rxwire/protocol': protocol,
    'rxwire/testing': testing,
    'rxwire/testing/arbitraries': arbitraries,
    'rxjs/testing': rxjsTesting,
    'fast-check': fastCheck,
  };
  const say = (...words: unknown[]): number => said.push(words.map(String).join(' '));

  await using echo = await rxwire.openServer({ host: '127.0.0.1' });
  echo.connections$.subscribe((connection) => connection.messages$.subscribe(connection.outbox));
  const code = block.code.replace(/port: 9000/g, 'port: 0').replace(/ws:\/\/127\.0\.0\.1:9000/g, echo.url);
  const moduleOf = (name: string): unknown => modules[name] ?? requireBuiltin(name);
  const running = runnable({ ...block, code })(moduleOf, { log: say, error: say, warn: say });
  const pause = new Promise((resolve) => setTimeout(resolve, RUN_MS));
  await Promise.race([running, pause]);
  if (opened.length + open > 0) await pause;
  end$.next();
  await Promise.all(opened.map((resource) => resource[Symbol.asyncDispose]()));
  await running;
  return said;
}

describe('the programs in the documentation', () => {
  it('are there', () => {
    expect(programs.length).toBeGreaterThan(5);
  });

  it('compile, with the settings of the project', () => {
    expect(compileBlocks(blocks)).toEqual([]);
  }, 60_000);

  it.each(programs.map((block) => [block.place, block] as const))('%s runs', async (_place, block) => {
    const said = await execute(block);
    const expected = [...block.code.matchAll(/^.*console\..*\/\/ (.+)$/gm)].map(([, text]) => text);
    if (expected.length > 0) expect(said.slice(0, expected.length)).toEqual(expected);
    expect(said.filter((line) => line.includes('Error'))).toEqual([]);
  });
});

describe('blocksOf', () => {
  const text = 'a\n```ts\nconst a = 1;\n```\n```sh\nb\n```\n```ts fragment\nc();\n```\n';

  it('finds programs and fragments, with their lines, and nothing else', () => {
    expect(blocksOf('x.md', text)).toEqual([
      { place: 'x.md:2', code: 'const a = 1;\n', isFragment: false },
      { place: 'x.md:8', code: 'c();\n', isFragment: true },
    ]);
  });

  it('is held to account by the compiler', () => {
    const [wrong] = blocksOf('x.md', '```ts\nimport { serf } from "rxwire";\nserf();\n```\n');
    expect(compileBlocks([wrong!])).toEqual([expect.stringMatching(/^x\.md:1 .*no exported member .*serf/)]);
  }, 60_000);
});
