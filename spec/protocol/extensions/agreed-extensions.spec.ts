import { NegotiationError } from '../../../src/protocol/errors.js';
import { agreedExtensions } from '../../../src/protocol/extensions/agreed-extensions.js';
import type { Transform } from '../../../src/protocol/extensions/transform.js';
import { extension, parameters } from './made-extension.js';

const SIDES = ['client', 'server'] as const;
const transforms = { client: {} as Transform, server: {} as Transform };

/** Undoes what a server sent when it confirms, and what a client sent when it accepts. */
const captured = extension('a', {
  aliases: ['z'],
  offer: () => [],
  confirm: () => ({ parameters: [], inbound: () => transforms.client }),
  accept: () => ({ parameters: parameters(['other']), inbound: () => transforms.server }),
});

describe.each(SIDES)('agreedExtensions as the %s', (role) => {
  it('plays that side', () => {
    const [agreed] = agreedExtensions('a; x=1', [captured], role);
    expect(agreed).toMatchObject({ name: 'a', rsv: 4, parameters: parameters(['x', '1']) });
    expect(agreed?.inbound?.()).toBe(transforms[role]);
  });

  it('knows an extension by its alias', () => {
    expect(agreedExtensions('z', [captured], role)).toMatchObject([{ name: 'z' }]);
  });

  it('has nothing where there is no header', () => {
    expect(agreedExtensions(undefined, [captured], role)).toEqual([]);
  });

  it.each([
    ['an unknown extension', 'x'],
    ['one twice', 'a, a'],
    ['one twice by two names', 'a, z'],
    ['a malformed header', 'a;'],
  ])('refuses %s', (_, value) => {
    expect(() => agreedExtensions(value, [captured], role)).toThrow(NegotiationError);
  });
});

describe('agreedExtensions', () => {
  it('shows an extension the answer and no headers when it is to accept', () => {
    const seen: unknown[] = [];
    const asked = extension('a', {
      accept: (offer, { headers }) => {
        seen.push(offer, headers.size);
        return { parameters: [] };
      },
    });
    agreedExtensions('a; x', [asked], 'server');
    expect(seen).toEqual([parameters(['x']), 0]);
  });

  it('refuses an answer that the extension declines as an offer', () => {
    const strict = extension('a', { accept: () => undefined });
    expect(() => agreedExtensions('a; x', [strict], 'server')).toThrow(NegotiationError);
    expect(() => agreedExtensions('a; x', [strict], 'server')).toThrow(/"a" declines/);
    expect(agreedExtensions('a; x', [strict], 'client')).toHaveLength(1);
  });
});
