import fc from 'fast-check';
import { ConnectReply } from '../../../src/client/proxy/connect-reply.js';
import { ProxyError } from '../../../src/index.js';
import { chunked } from 'rxwire/testing/arbitraries';
import '../../support/seed.js';

/** What became of an answer: what is behind it, why it was refused, or that it is not over. */
function outcome(chunks: readonly Uint8Array[]): string {
  const reply = new ConnectReply('proxy', false);
  let rest: Buffer | undefined;
  try {
    for (const chunk of chunks) {
      if (rest !== undefined) rest = Buffer.concat([rest, chunk]);
      else {
        const behind = reply.take(chunk);
        if (behind !== undefined) rest = Buffer.from(behind);
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(ProxyError);
    return `refused: ${(error as ProxyError).message}`;
  }
  return rest === undefined ? 'not over' : `open: ${rest.toString('hex')}`;
}

const line = fc.constantFrom(
  'HTTP/1.1 200 OK',
  'HTTP/1.0 299',
  'HTTP/1.1 100 Continue',
  'HTTP/1.1 407 Who',
  'HTTP/1.1 101 Up',
  'HTTP/2 200',
  'X: y',
  'nonsense',
  '',
  '',
);
const end = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r');
const heads = fc.array(fc.tuple(line, end), { maxLength: 8 }).map((lines) => lines.flat().join(''));
const answers = fc
  .tuple(
    fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 100 C\r\n\r\n'),
    heads,
    fc.uint8Array({ maxLength: 20 }),
  )
  .map(([start, head, behind]) => Buffer.concat([Buffer.from(start + head, 'latin1'), behind]));

describe('ConnectReply', () => {
  it('finds the same in an answer under every chunking', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        answers.chain((answer) => fc.tuple(fc.constant(answer), chunked(answer))),
        ([answer, chunks]) => {
          const whole = outcome([answer]);
          seen.add(whole.slice(0, 4));
          expect(outcome(chunks)).toBe(whole);
        },
      ),
      { numRuns: 500 },
    );
    expect(seen.size).toBe(3);
  });

  it('says nothing but a ProxyError of any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isHttp) => {
        outcome(isHttp ? [Buffer.from('HTTP/1.1 200 '), bytes] : [bytes]);
      }),
      { numRuns: 500 },
    );
  });
});
