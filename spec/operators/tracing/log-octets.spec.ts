import { firstValueFrom, of } from 'rxjs';
import { logOctets } from '../../../src/operators/index.js';
import { startPair, watchResources } from '../../support/harness.js';
import { hex } from '../../support/hex.js';
import { keepsTheContract } from '../../support/operator-contract.js';

watchResources();

const chunks = { a: hex('81026869'), b: hex(''), c: new Uint8Array(1000) };

describe('logOctets', () => {
  const silent = { write: () => undefined };
  keepsTheContract({ operator: () => logOctets(silent), inputs: chunks, outputs: chunks });

  it('passes on the very chunks, each after its line', () => {
    const seen: unknown[] = [];
    const write = (line: string): unknown => seen.push(line);
    of(chunks.a, chunks.c)
      .pipe(logOctets({ write, direction: 'received', prefix: '10.0.0.1:80', maxChars: 5 }))
      .subscribe((chunk) => seen.push(chunk));
    expect(seen).toEqual([
      '10.0.0.1:80 < 81 02 … [4 bytes]',
      chunks.a,
      '10.0.0.1:80 < 00 00 … [1000 bytes]',
      chunks.c,
    ]);
    expect(seen[1]).toBe(chunks.a);
  });

  it('shows 25 octets of a chunk unless told otherwise', () => {
    const lines: string[] = [];
    of(chunks.c)
      .pipe(logOctets({ write: (line) => lines.push(line) }))
      .subscribe();
    expect(lines).toEqual([`${'00 '.repeat(25)}… [1000 bytes]`]);
  });

  it('loses nothing when the sink throws', () => {
    const seen: Uint8Array[] = [];
    const write = (): never => {
      throw new Error('the disk is full');
    };
    of(chunks.a, chunks.b)
      .pipe(logOctets({ write }))
      .subscribe((chunk) => seen.push(chunk));
    expect(seen).toEqual([chunks.a, chunks.b]);
  });

  it('shows what comes on a connection', async () => {
    const { client, accepted } = await startPair();
    const lines: string[] = [];
    client.bytes$.pipe(logOctets({ direction: 'received', write: (line) => lines.push(line) })).subscribe();
    accepted.send('hi');
    await firstValueFrom(client.messages$);
    expect(lines).toEqual(['< 81 02 68 69 [4 bytes]']);
  });
});
