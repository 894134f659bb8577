import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import http from 'node:http';
import {
  attach,
  deflateFrame,
  listen,
  openConnection,
  permessageDeflate,
  persistent,
  reconnect,
  serve,
} from 'rxwire';
import { resolveDeflateFrame } from '../../src/protocol/deflate-frame/options.js';
import { resolveCompression, thresholdFor } from '../../src/protocol/permessage-deflate/options.js';
import { compilerOptions, ROOT } from '../support/doc-blocks.js';

const text = readFileSync(join(ROOT, 'docs', 'reference', 'options.md'), 'utf8');

/** The cells of the tables under a heading, by the option or the preset in the first column. */
function rows(heading: string): Map<string, string[]> {
  const section =
    text.split(/^#+ /m).find((part) => part.split('\n', 1)[0]?.endsWith(heading) === true) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    lines.map((line) => {
      const [first = '', ...cells] = line.slice(2, -2).split(/ \| /);
      return [first.replaceAll('`', ''), cells];
    }),
  );
}

/** The names in the first column of the table under each heading. */
function documented(heading: string): string[] {
  return [...rows(heading).keys()].filter((name) => /^\w+$/.test(name));
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
    expect(documented('auth').toSorted()).toEqual(declared['AuthOptions']);
    expect([...client, ...documented('request')].toSorted()).toEqual(declared['RequestOptions']);
    expect(documented('proxy').toSorted()).toEqual(declared['ProxyOptions']);
    expect(documented('keepAlive').toSorted()).toEqual(declared['KeepAliveOptions']);
    expect(documented('receiveRate').toSorted()).toEqual(declared['ReceiveRateOptions']);
    expect(documented('closeOnSignals').toSorted()).toEqual(declared['CloseOnSignalsOptions']);
    expect(documented('limitRate').toSorted()).toEqual(declared['LimitRateOptions']);
    expect(documented('compression').toSorted()).toEqual(declared['CompressionOptions']);
    expect(documented('deflateFrame').toSorted()).toEqual(declared['DeflateFrameOptions']);
    expect(documented('send and prepare').toSorted()).toEqual(declared['SendOptions']);
    const reconnecting = documented('ReconnectOptions');
    expect(reconnecting.toSorted()).toEqual([...(declared['ReconnectOptions'] ?? []), 'status'].toSorted());
    expect(reconnecting.toSorted()).toEqual(declared['ReconnectOperatorOptions']);
    const forPersistent = [
      ...client,
      ...(declared['ReconnectOptions'] ?? []),
      ...documented('PersistentOptions'),
    ];
    expect([...new Set(forPersistent)].toSorted()).toEqual(declared['PersistentOptions']);
    expect(documented('delays').toSorted()).toEqual(declared['DelayOptions']);
    expect(declared['PrepareOptions']).toEqual(['compress']);
  }, 60_000);

  it.each(client)('%s is an option of a client', async (name) => {
    // An aborted dial: the options are checked before.
    const opening = openConnection('ws://127.0.0.1:1', {
      [name]: undefined,
      signal: AbortSignal.abort('checked'),
    });
    await expect(opening).rejects.toBe('checked');
  });

  it.each(documented('ReconnectOptions'))('%s is an option of reconnect', (name) => {
    expect(() => reconnect({ [name]: undefined })).not.toThrow();
  });

  it.each(documented('PersistentOptions'))('%s is an option of persistent', (name) => {
    expect(() => persistent('ws://127.0.0.1:1', { [name]: undefined })).not.toThrow();
  });

  it.each(documented('whileOffline'))('%s is an option of whileOffline', (name) => {
    expect(() => persistent('ws://127.0.0.1:1', { whileOffline: { [name]: undefined } })).not.toThrow();
  });

  it.each(documented('delays'))('%s is an option of delays', (name) => {
    expect(() => reconnect({ delays: { [name]: undefined } })).not.toThrow();
  });

  it.each(server)('%s is an option of a server', (name) => {
    expect(() => listen({ [name]: undefined })).not.toThrow();
  });

  it.each(forServe)('%s is an option of serve', (name) => {
    expect(() => serve(() => undefined, { [name]: undefined })).not.toThrow();
  });

  it('has the options of attach among those of a server', async () => {
    const { AttachOptions: attached = [], UpgradeOptions: upgraded = [] } = declaredOptions();
    expect(server).toEqual(expect.arrayContaining(attached));
    expect(attached).toEqual(expect.arrayContaining(upgraded));
    for (const name of server) {
      const attaching = (): unknown => attach(http.createServer(), { [name]: undefined });
      if (attached.includes(name)) expect(attaching).not.toThrow();
      else expect(attaching).toThrow(`unknown option ${name}`);
    }
  }, 60_000);

  it.each(documented('compression'))('%s is an option of compression, and no other option is', (name) => {
    expect(() => permessageDeflate({ [name]: undefined })).not.toThrow();
    expect(() => listen({ compression: { [name]: undefined } })).not.toThrow();
    expect(() => listen({ compression: { [`${name}s`]: undefined } })).toThrow(
      `did you mean compression.${name}?`,
    );
  });

  it.each(documented('deflateFrame'))('%s is an option of deflateFrame', (name) => {
    expect(() => deflateFrame({ [name]: undefined })).not.toThrow();
  });

  it('has the presets of compression as they are', () => {
    const presets = ['small', 'stateless', 'large'] as const;
    expect(new Set(rows('compression').keys())).toEqual(
      new Set([...documented('compression'), ...presets.map((name) => `'${name}'`)]),
    );
    for (const preset of presets) {
      const {
        serverMaxWindowBits: bits,
        serverNoContextTakeover: anew,
        ...own
      } = resolveCompression({ preset });
      const cells = [anew ? 'no' : 'yes', String(bits ?? 15), String(own.level), String(own.memLevel)];
      expect(rows('compression').get(`'${preset}'`)).toEqual(cells);
      expect([own.clientMaxWindowBits, own.clientNoContextTakeover]).toEqual([bits, anew]);
    }
  });

  it('has the defaults of compression and of deflateFrame as they are', () => {
    const byDefault: Record<string, unknown> = { ...resolveCompression({}) };
    for (const name of ['requireWindowBits', 'avoidBrokenPeers']) {
      expect(rows('compression').get(name)?.[1]).toBe(`\`${String(byDefault[name])}\``);
    }
    const thresholds = `${String(thresholdFor(undefined, true))} or ${String(thresholdFor(undefined, false))}`;
    expect(rows('compression').get('thresholdBytes')?.[1]).toBe(thresholds);
    const unquoted = documented('deflateFrame').map((name) => [
      name,
      rows('deflateFrame').get(name)?.[1]?.replace(/[`']/g, ''),
    ]);
    const resolved = Object.entries(resolveDeflateFrame({}));
    expect(Object.fromEntries(unquoted)).toEqual(
      Object.fromEntries(resolved.map(([name, value]) => [name, String(value ?? 'none')])),
    );
  });

  it('leaves out what the code refuses', () => {
    const misspelt: object = { prot: 1 };
    expect(() => listen(misspelt)).toThrow('unknown option prot, did you mean');
  });
});
