import fc from 'fast-check';
import { linesOf } from '../../src/cli/lines.js';
import '../support/seed.js';

async function* pieces(parts: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

async function linesIn(parts: readonly (string | Uint8Array)[], most?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(pieces(parts), most)) lines.push(Buffer.from(line).toString());
  return lines;
}

describe('linesOf', () => {
  it('cuts at \\n and \\r\\n, and takes a last line without one', async () => {
    expect(await linesIn(['a\nb\r\n\nc'])).toEqual(['a', 'b', '', 'c']);
    expect(await linesIn(['a\n'])).toEqual(['a']);
    expect(await linesIn([])).toEqual([]);
  });

  it('gives the same lines however the bytes are cut', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\u{1f600}', '\n', '\r\n', ' '), { maxLength: 30 });
    const law = fc.asyncProperty(text, fc.array(fc.nat(8), { maxLength: 40 }), async (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const length of cuts) chunks.push(bytes.subarray(at, (at += length)));
      chunks.push(bytes.subarray(at));
      expect(await linesIn(chunks)).toEqual(await linesIn([bytes]));
    });
    await fc.assert(law);
  });

  it('refuses a line that is not UTF-8, by its number', async () => {
    const rejected = linesIn(['fine\n', Uint8Array.of(0xff, 10)]);
    await expect(rejected).rejects.toThrow('line 2 of stdin is not UTF-8, --binary sends any bytes');
  });

  it('refuses a line that is too long before it has all of it', async () => {
    await expect(linesIn(['ok\n', 'aaaa', 'bbbb', 'cccc'], 6)).rejects.toThrow(
      'line 2 of stdin is over 6 bytes',
    );
  });
});
