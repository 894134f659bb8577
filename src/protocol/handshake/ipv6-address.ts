const GROUPS = 8;
/** The longest form: six groups of four, colons, and an IPv4 address. */
const MAX_LENGTH = 45;

/** Whether `text` is an IPv6 address without brackets and without a zone. RFC 3986 section 3.2.2. */
export function isIPv6Address(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const [left = '', right] = halves;
  const before = countGroups(left, right === undefined);
  if (right === undefined) return before === GROUPS;
  const after = countGroups(right, true);
  // "::" stands for at least one group of zeros.
  return before >= 0 && after >= 0 && before + after < GROUPS;
}

/** How many 16-bit groups a run of them has, an IPv4 address at its end counting two; below 0 when malformed. */
function countGroups(run: string, mayEndInIPv4: boolean): number {
  if (run === '') return 0;
  const groups = run.split(':');
  const last = groups.at(-1) ?? '';
  if (mayEndInIPv4 && last.includes('.')) {
    const others = groups.slice(0, -1);
    return isIPv4Address(last) && others.every(isGroup) ? others.length + 2 : -1;
  }
  return groups.every(isGroup) ? groups.length : -1;
}

function isGroup(text: string): boolean {
  if (text.length === 0 || text.length > 4) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 0x30 && code <= 0x39;
    const letter = (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
    if (!digit && !letter) return false;
  }
  return true;
}

/** Whether `text` is an IPv4 address: four numbers, none with zeros in front. RFC 3986 section 3.2.2. */
export function isIPv4Address(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every(isOctet);
}

function isOctet(text: string): boolean {
  // Back through a number: the one form without signs, spaces and zeros in front.
  return text.length <= 3 && String(Number(text)) === text && Number(text) <= 255 && !text.startsWith('-');
}
