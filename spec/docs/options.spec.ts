import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { listen, openConnection, serve } from 'rxwire';
import { compilerOptions, ROOT } from '../support/doc-blocks.js';

const text = readFileSync(join(ROOT, 'docs', 'reference', 'options.md'), 'utf8');

/** The names in the first column of the table under each heading. */
function documented(heading: string): string[] {
  const section =
    text.split(/^#+ /m).find((part) => part.split('\n', 1)[0]?.endsWith(heading) === true) ?? '';
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
}

/** The properties of each exported interface of options, its parents' included. */
function declaredOptions(): Record<string, string[]> {
  const path = join(ROOT, 'src', 'index.ts');
  const program = ts.createProgram([path], compilerOptions());
  const checker = program.getTypeChecker();
  const index = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
  const exported = checker.getExportsOfModule(index).map((symbol) => checker.getAliasedSymbol(symbol));
  const options = exported.filter(({ name }) => name.endsWith('Options'));
  return Object.fromEntries(
    options.map((symbol) => {
      const properties = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
      return [symbol.name, properties.map(({ name }) => name).sort()];
    }),
  );
}

describe('docs/reference/options.md', () => {
  const both = documented('ConnectionOptions');
  const client = [...both, ...documented('ClientOptions')];
  const server = [...both, ...documented('ServerOptions')];
  const forServe = [...server, ...documented('ServeOptions')];

  it('has every option that is declared, and no other', () => {
    const declared = declaredOptions();
    expect(both.toSorted()).toEqual(declared['ConnectionOptions']);
    expect(client.toSorted()).toEqual(declared['ClientOptions']);
    expect(server.toSorted()).toEqual(declared['ServerOptions']);
    expect(forServe.toSorted()).toEqual(declared['ServeOptions']);
    expect(documented('keepAlive').toSorted()).toEqual(declared['KeepAliveOptions']);
  }, 60_000);

  it.each(client)('%s is an option of a client', async (name) => {
    // An aborted dial: the options are checked before.
    const opening = openConnection('ws://127.0.0.1:1', {
      [name]: undefined,
      signal: AbortSignal.abort('checked'),
    });
    await expect(opening).rejects.toBe('checked');
  });

  it.each(server)('%s is an option of a server', (name) => {
    expect(() => listen({ [name]: undefined })).not.toThrow();
  });

  it.each(forServe)('%s is an option of serve', (name) => {
    expect(() => serve(() => undefined, { [name]: undefined })).not.toThrow();
  });

  it('leaves out what the code refuses', () => {
    const misspelt: object = { prot: 1 };
    expect(() => listen(misspelt)).toThrow('unknown option prot, did you mean');
  });
});
