/** Counts, and shows, what one subscription has dropped. */
export class Drops<T> {
  readonly #onDrop: ((value: T, count: number) => void) | undefined;
  #count = 0;

  constructor(onDrop: ((value: T, count: number) => void) | undefined) {
    this.#onDrop = onDrop;
  }

  drop(value: T): void {
    this.#count++;
    this.#onDrop?.(value, this.#count);
  }
}
