import fc from 'fast-check';
import { packHead, unpackHead } from '../../../src/protocol/handshake/kept-head.js';
import '../../support/seed.js';

const usual = fc.constantFrom(
  'Host',
  'host',
  'HOST',
  'Sec-WebSocket-Key',
  'sec-websocket-key',
  'User-Agent',
  'x-real-ip',
);
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
/** What Node's parser lets through of a value: latin1 without controls, but for the tab. */
const value = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,40}$/);
const fields = fc.array(fc.tuple(fc.oneof(usual, token), value), { maxLength: 20 });
const target = fc.stringMatching(/^\/[\x21-\x7e]{0,40}$/);

describe('packHead', () => {
  it('is undone by unpackHead', () => {
    fc.assert(
      fc.property(target, fields, (where, list) => {
        const lines = { target: where, rawHeaders: list.flat() };
        expect(unpackHead(packHead(lines))).toEqual(lines);
      }),
    );
  });

  it('takes one character for a usual name', () => {
    expect(packHead({ target: '/', rawHeaders: ['Sec-WebSocket-Version', '13'] })).toHaveLength(
      1 + 1 + 1 + 1 + 2,
    );
  });
});
