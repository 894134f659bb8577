/** Part of the page's script: numbers, sizes, times and octets as a person reads them. */
export const FORMAT = String.raw`
const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function formatNumber(value) {
  return numbers.format(value >= 100 ? Math.round(value) : value);
}

function formatBytes(octets) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (octets >= 1024 && unit < units.length - 1) {
    octets /= 1024;
    unit++;
  }
  return formatNumber(octets) + ' ' + units[unit];
}

function formatDuration(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts.slice(first, first + 2).map(([count, unit]) => count + ' ' + unit).join(' ');
}

function formatTime(date) {
  const digits = (number, length) => String(number).padStart(length, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((number) => digits(number, 2)).join(':');
  return clock + '.' + digits(date.getMilliseconds(), 3);
}

/** Lines of an offset, sixteen octets in hexadecimal, and what of them is ASCII. */
function hexDump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const line = Array.from(bytes.subarray(at, at + 16));
    const hex = line.map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
    const ascii = line.map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('');
    lines.push(at.toString(16).padStart(6, '0') + '  ' + hex.padEnd(47) + '  ' + ascii);
  }
  return lines.join('\n');
}

/** The octets that pairs of hexadecimal digits stand for; undefined for what is none. */
function parseHex(text) {
  const digits = text.replace(/[\s,:]|0x/gi, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
`;
