/**
 * Looks at what a hook returned that is to answer at once. TypeScript takes an `async` function for one that returns nothing, and JavaScript
 * for anything: nobody waits for its promise, and that it is rejected must not be the end of a process, which a peer could bring about then.
 *
 * @param onRejected - Told of the rejection. Default nobody, where the promise itself is refused.
 * @returns whether it is a promise.
 */
export function caught(returned: unknown, onRejected: (error: unknown) => void = ignore): boolean {
  if (typeof returned !== 'object' || returned === null || !('then' in returned)) return false;
  Promise.resolve(returned).catch(onRejected);
  return true;
}

function ignore(): void {
  // Whoever refuses the promise has said why.
}
