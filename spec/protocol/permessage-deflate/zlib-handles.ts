import { createHook } from 'node:async_hooks';

/** Counts zlib's handles: what holds its memory until it is closed. */
export interface ZlibHandles extends Disposable {
  /** Made since the count began. */
  readonly made: number;
  /** Made since then, and not closed. */
  readonly open: number;
}

export function countZlibHandles(): ZlibHandles {
  let made = 0;
  let open = 0;
  const hook = createHook({
    init(_id, type, _trigger, handle: object) {
      if (type !== 'ZLIB') return;
      made++;
      open++;
      const { close } = handle as { close(): void };
      const closed = (): void => {
        open--;
        Object.assign(handle, { close });
        close.call(handle);
      };
      Object.assign(handle, { close: closed });
    },
  }).enable();
  return {
    get made() {
      return made;
    },
    get open() {
      return open;
    },
    [Symbol.dispose]: () => hook.disable(),
  };
}
