const APPLICATION_HEAP = new URL('application-heap.mjs', import.meta.url).href;

/**
 * What Node is started with for a process that is measured.
 *
 * @param {string} kind
 * @param {{ profile?: string, bare?: boolean }} options - `profile`: where a profile of rxwire's process is written when it ends. `bare`:
 *   without the heap of an application.
 */
export function nodeArgsOf(kind, { profile, bare }) {
  const heap = bare ? [] : ['--import', APPLICATION_HEAP];
  return profile === undefined || kind !== 'rxwire'
    ? heap
    : [...heap, '--cpu-prof', `--cpu-prof-dir=${profile}`];
}
