// Loaded into a measured process before anything else: what the application around a library would keep. V8 decides by the size of the
// heap how much memory outside of it may pile up before everything is collected.

/** About 32 MiB. */
const RECORDS = 230_000;

/** Kept for as long as the process runs, as modules are. */
export const records = Array.from({ length: RECORDS }, (_, id) => ({ id, name: `record ${id}`, tags: [id] }));
