import { nextMaskingKey } from '../../src/protocol/masking-keys.js';

const COUNT = 100_000;

describe('nextMaskingKey', () => {
  it('gives keys that hardly ever come twice, over several fillings of its pool', () => {
    const keys = new Set<number>();
    for (let i = 0; i < COUNT; i++) keys.add(nextMaskingKey());
    // Of 100,000 numbers of 32 bits about 1.2 are repeated; 20 would be a wonder.
    expect(keys.size).toBeGreaterThan(COUNT - 20);
  });

  it('sets each of the 32 bits half of the time', () => {
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < COUNT; i++) {
      const key = nextMaskingKey();
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (key >>> bit) & 1;
    }
    // Eight standard deviations of a fair coin.
    const most = 8 * Math.sqrt(COUNT / 4);
    for (const count of ones) expect(Math.abs(count - COUNT / 2)).toBeLessThan(most);
  });

  it('never asks Math.random', () => {
    const random = Math.random;
    Math.random = () => {
      throw new Error('Math.random is predictable');
    };
    try {
      for (let i = 0; i < 5000; i++) nextMaskingKey();
    } finally {
      Math.random = random;
    }
  });

  it('gives whole numbers of 32 bits', () => {
    for (let i = 0; i < 5000; i++) {
      const key = nextMaskingKey();
      expect(key | 0).toBe(key);
    }
  });
});
