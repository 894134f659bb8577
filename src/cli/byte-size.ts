import { UsageError } from './usage-error.js';

const UNITS: Readonly<Record<string, number>> = Object.freeze({
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
});

/**
 * Reads a number of bytes: `65536`, `64KiB`, `1MiB`, `1.5 MB`. Units of 1000 and of 1024, in any case.
 *
 * @throws UsageError that names the flag.
 */
export function parseByteSize(flag: string, text: string): number {
  const parts = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text);
  const unit = UNITS[parts?.[2]?.toLowerCase() ?? 'none'];
  const bytes = Math.floor(Number(parts?.[1]) * (unit ?? NaN));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${flag} is "${text}", expected a number of bytes such as 65536, 64KiB or 1MiB`);
}
