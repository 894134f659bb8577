import { constants, createDeflateRaw } from 'node:zlib';
import fc from 'fast-check';
import '../../support/seed.js';
import { NegotiationError } from '../../../src/protocol/errors.js';
import type { Agreement, Extension } from '../../../src/protocol/extensions/extension.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';
import { deflateFrame, type DeflateFrameOptions } from '../../../src/protocol/deflate-frame/index.js';
import { answered, offered, parameters } from '../permessage-deflate/headers.js';
import { plaintext, through, way } from '../permessage-deflate/sessions.js';

const NO_HEADERS = { headers: HeaderFields.from([]) };

const BAD_PARAMETERS = [
  ['foo', 'unknown parameter "foo"'],
  ['server_no_context_takeover', 'unknown parameter "server_no_context_takeover"'],
  ['max_window_bits', 'max_window_bits without a value, expected 8 to 15'],
  ['max_window_bits=7', 'max_window_bits="7", expected 8 to 15'],
  ['max_window_bits=16', 'max_window_bits="16", expected 8 to 15'],
  ['max_window_bits=32768', 'max_window_bits="32768", expected 8 to 15'],
  ['max_window_bits=08', 'max_window_bits="08", expected 8 to 15'],
  ['max_window_bits=9; max_window_bits=9', 'max_window_bits twice, expected it once'],
  ['no_context_takeover=1', 'no_context_takeover="1", expected no value'],
  ['no_context_takeover; no_context_takeover', 'no_context_takeover twice, expected it once'],
] as const;

function accepted(server: Extension, offer: string): Agreement {
  const agreement = server.accept(parameters(offer), NO_HEADERS);
  if (agreement === undefined) throw new Error(`"${offer}" was declined`);
  return agreement;
}

/** The sizes of one frame that is sent twice. */
function twice(from: Agreement): number[] {
  const sender = from.outbound!();
  return [0, 1].map(() => sender.whole(Buffer.from('a frame that is the same each time'), Infinity).length);
}

describe('deflateFrame', () => {
  it('owns RSV1 of each frame, and is known by both names', () => {
    expect(deflateFrame()).toMatchObject({
      name: 'deflate-frame',
      aliases: ['x-webkit-deflate-frame'],
      rsv: 4,
      level: 'frame',
    });
    expect(deflateFrame({ name: 'x-webkit-deflate-frame' })).toMatchObject({
      name: 'x-webkit-deflate-frame',
      aliases: ['deflate-frame'],
    });
  });

  it.each<[DeflateFrameOptions, string]>([
    [{}, ''],
    [{ maxWindowBits: 10 }, 'max_window_bits=10'],
    [{ noContextTakeover: true }, 'no_context_takeover'],
    [{ maxWindowBits: 8, noContextTakeover: true, windowBits: 9 }, 'max_window_bits=8; no_context_takeover'],
  ])('with %j demands "%s" as a client and as a server, whatever is demanded of it', (options, demands) => {
    expect(offered(deflateFrame(options))).toEqual([demands]);
    for (const offer of [
      '',
      'max_window_bits=9',
      'no_context_takeover',
      'max_window_bits=15; no_context_takeover',
    ]) {
      expect(answered(deflateFrame(options), offer)).toBe(demands);
    }
  });

  it.each(BAD_PARAMETERS)('declines the offer and refuses the answer "%s"', (text, problem) => {
    expect(answered(deflateFrame(), text)).toBeUndefined();
    const confirm = (): Agreement =>
      deflateFrame({ name: 'x-webkit-deflate-frame' }).confirm(parameters(text));
    expect(confirm).toThrow(NegotiationError);
    expect(confirm).toThrow(`the server answered x-webkit-deflate-frame with ${problem}`);
  });

  it('declines to compress with a window of 256 octets, and obeys one by sending uncompressed', () => {
    expect(answered(deflateFrame(), 'max_window_bits=8')).toBeUndefined();
    const agreement = deflateFrame().confirm(parameters('max_window_bits=8'));
    for (const compress of [undefined, true]) {
      expect(agreement.outbound!().wants?.(1e6, compress)).toBe(false);
    }
  });

  it('takes what is demanded for its own compressor, and what it demands for the peer’s', () => {
    const server = deflateFrame({ windowBits: 13, noContextTakeover: true });
    for (const [agreement, bits, takeover] of [
      [accepted(server, ''), 13, true],
      [accepted(server, 'max_window_bits=10'), 10, true],
      [accepted(server, 'max_window_bits=15; no_context_takeover'), 13, false],
      [deflateFrame().confirm(parameters('')), 12, true],
      [deflateFrame().confirm(parameters('max_window_bits=9; no_context_takeover')), 9, false],
    ] as const) {
      expect(agreement.outbound!().shared?.key).toBe(`deflate ${bits} 5 5`);
      const [first, second] = twice(agreement);
      expect(second! < first! / 2).toBe(takeover);
    }
    // The peer was told to begin each frame anew, so that nothing is kept for it.
    const inbound = accepted(server, '').inbound!();
    inbound.whole(Buffer.from('f248cdc9c90700', 'hex'), 10);
    const again = Buffer.from('f200110000', 'hex');
    expect(() => inbound.whole(again, 10)).toThrow(expect.objectContaining({ closeCode: 1007 }));
  });

  it('sends a frame of up to 20 octets as it is, unless it is told otherwise', () => {
    const transform = accepted(deflateFrame(), '').outbound!();
    expect([20, 21].map((bytes) => transform.wants?.(bytes, undefined))).toEqual([false, true]);
    expect([transform.wants?.(1, true), transform.wants?.(1000, false)]).toEqual([true, false]);
    expect(accepted(deflateFrame({ thresholdBytes: 0 }), '').outbound!().wants?.(0, undefined)).toBe(true);
  });

  it('shares one history among frames, the same as a persistent stream', async () => {
    const bits = fc.option(fc.integer({ min: 9, max: 15 }), { nil: undefined });
    const frames = fc.array(fc.record({ plain: plaintext, sent: way, read: way }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(bits, fc.boolean(), frames, async (maxWindowBits, noContextTakeover, sequence) => {
        const client = deflateFrame({
          ...(maxWindowBits !== undefined && { maxWindowBits }),
          noContextTakeover,
        });
        const [offer] = client.offer();
        const server = deflateFrame({ windowBits: 15 }).accept(offer!, NO_HEADERS)!;
        const sender = server.outbound!();
        const receiver = client.confirm(server.parameters).inbound!();
        for (const { plain, sent, read } of sequence) {
          const payload = await through(sender, plain, sent);
          expect(Buffer.compare(await through(receiver, payload, read), plain)).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('reads frames of a stream that lives as long as the connection', async () => {
    const stream = createDeflateRaw({ windowBits: 10, flush: constants.Z_SYNC_FLUSH });
    const receiver = deflateFrame({ maxWindowBits: 10 }).confirm([]).inbound!();
    for (const text of ['one frame', 'one frame more', 'one frame more']) {
      const frame = await new Promise<Buffer>((resolve) => {
        stream.once('data', resolve);
        stream.write(text);
      });
      expect(Buffer.from(receiver.whole(frame.subarray(0, -4), 100)).toString()).toBe(text);
    }
    stream.close();
  });

  it.each([
    [{ maxWindowBits: 16 }, RangeError, 'option maxWindowBits is 16, expected an integer from 8 to 15'],
    [{ windowBits: 8 }, RangeError, 'option windowBits is 8, expected an integer from 9 to 15'],
    [
      { name: 'deflate' },
      RangeError,
      "option name is 'deflate', expected 'deflate-frame', 'x-webkit-deflate-frame'",
    ],
    [{ noContextTakeover: 1 }, TypeError, 'option noContextTakeover is 1, expected of type boolean'],
    [{ preset: 'small' }, TypeError, 'unknown option preset'],
  ])('refuses the options %j', (options, kind, text) => {
    const make = (): Extension => deflateFrame(options as DeflateFrameOptions);
    expect(make).toThrow(kind);
    expect(make).toThrow(text);
  });
});
