/** One row of table 3-7 of the Unicode Standard, "Well-Formed UTF-8 Byte Sequences": ranges of octets. */
export type Row = readonly (readonly [number, number])[];

const ANY: readonly [number, number] = [0x80, 0xbf];

export const WELL_FORMED: readonly Row[] = [
  [[0x00, 0x7f]],
  [[0xc2, 0xdf], ANY],
  [[0xe0, 0xe0], [0xa0, 0xbf], ANY],
  [[0xe1, 0xec], ANY, ANY],
  [[0xed, 0xed], [0x80, 0x9f], ANY],
  [[0xee, 0xef], ANY, ANY],
  [[0xf0, 0xf0], [0x90, 0xbf], ANY, ANY],
  [[0xf1, 0xf3], ANY, ANY, ANY],
  [[0xf4, 0xf4], [0x80, 0x8f], ANY, ANY],
];

/** Reads octets one by one by the table. */
export class Utf8Reader {
  #row: Row = [];
  #next = 0;

  /** Whether the last character is whole. */
  get whole(): boolean {
    return this.#next === this.#row.length;
  }

  /** @returns whether the octet is possible here. */
  take(octet: number): boolean {
    if (this.whole) {
      this.#row = WELL_FORMED.find(([first]) => first !== undefined && within(octet, first)) ?? [];
      this.#next = 1;
      return this.#row.length > 0;
    }
    const range = this.#row[this.#next++];
    return range !== undefined && within(octet, range);
  }
}

/** How many octets there are up to the first impossible one, with it; undefined when all are possible. */
export function octetsToImpossible(bytes: Uint8Array): number | undefined {
  const reader = new Utf8Reader();
  const index = bytes.findIndex((octet) => !reader.take(octet));
  return index < 0 ? undefined : index + 1;
}

function within(octet: number, [low, high]: readonly [number, number]): boolean {
  return octet >= low && octet <= high;
}
