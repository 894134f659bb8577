/** Something outside the repository that a spec cannot run without: a browser, a command, an address family. */
export interface Need {
  readonly available: boolean;
  /** What is needed and how to get it; it stands in the name of the test and in the output. */
  readonly what: string;
}

type TestBody = jest.ProvidesCallback;

/**
 * `it`, if `need` is available. Otherwise the test is skipped, with the reason in its name and on stderr; with
 * RXWIRE_NO_SKIPS set, as in CI, it fails instead.
 */
export function itNeeds(need: Need, name: string, body: TestBody, timeoutMs?: number): void {
  if (need.available) it(name, body, timeoutMs);
  else if (skipsAreForbidden()) it(name, () => failForWantOf(need));
  else it.skip(announce(need, name), body);
}

/** `describe`, under the rules of {@link itNeeds}. */
export function describeNeeds(need: Need, name: string, body: () => void): void {
  if (need.available) describe(name, body);
  else if (skipsAreForbidden()) describe(name, () => it('has what it needs', () => failForWantOf(need)));
  else describe.skip(announce(need, name), body);
}

function skipsAreForbidden(): boolean {
  return (process.env['RXWIRE_NO_SKIPS'] ?? '') !== '';
}

function failForWantOf(need: Need): never {
  throw new Error(`needs ${need.what}, and RXWIRE_NO_SKIPS forbids skipping`);
}

function announce(need: Need, name: string): string {
  const label = `${name} [skipped: needs ${need.what}]`;
  process.stderr.write(`${label}\n`);
  return label;
}
