import '../support/seed.js';
import fc from 'fast-check';
import { addressGroup } from '../../src/server/gate/address-group.js';

describe('addressGroup', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:2::ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    [undefined, undefined],
  ])('of %j is %j', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it('is the same for all addresses of a /64 network, and another for another', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const half = fc.tuple(group, group, group, group);
    const written = (groups: readonly number[]): string => groups.map((n) => n.toString(16)).join(':');
    fc.assert(
      fc.property(half, half, half, (network, one, other) => {
        const first = addressGroup(written([...network, ...one]));
        expect(addressGroup(written([...network, ...other]))).toBe(first);
        const next = [network[0] ^ 1, ...network.slice(1)];
        expect(addressGroup(written([...next, ...one]))).not.toBe(first);
      }),
    );
  });
});
