// Messages as an exchange of coins sends them: JSON, each like the one before and none the same.
import { numbers } from './frames.mjs';

const PRODUCTS = ['BTC-USD', 'ETH-USD', 'SOL-EUR', 'ADA-USDT', 'DOGE-USD', 'LTC-EUR', 'XRP-USD', 'DOT-EUR'];
const BEGAN_MS = Date.UTC(2026, 0, 5, 9, 30);

/**
 * Buffers of exactly `size` octets of ASCII: as many tickers as it takes, cut off at the end.
 *
 * @param {number} size
 * @param {number} count
 */
export function tickers(size, count) {
  const next = numbers(size);
  let sequence = 9_000_000;
  const price = (most) => `${next(most)}.${String(next(100)).padStart(2, '0')}`;
  const ticker = () => {
    sequence += 1 + next(20);
    return JSON.stringify({
      type: 'ticker',
      sequence,
      product_id: PRODUCTS[next(PRODUCTS.length)],
      price: price(70_000),
      best_bid: price(70_000),
      best_ask: price(70_000),
      volume_24h: `${next(100_000)}.${next(100_000_000)}`,
      side: next(2) === 0 ? 'buy' : 'sell',
      time: new Date(BEGAN_MS + sequence * 3).toISOString(),
      trade_id: sequence * 7,
      last_size: `0.${next(100_000_000)}`,
    });
  };
  return Array.from({ length: count }, () => {
    let text = ticker();
    while (text.length < size) text += ticker();
    return Buffer.from(text.slice(0, size), 'latin1');
  });
}
